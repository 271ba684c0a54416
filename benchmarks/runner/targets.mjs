import { formatRatio, formatValue } from './format.mjs';
import { measureOf } from './measures.mjs';
import { ratioOf, spreadOf } from './ratios.mjs';

/** How far a median may miss its bound where the spread of the rounds is allowed for. */
const SPREAD_ALLOWED = 0.05;

/**
 * Judges a target of a contestant. It is `{ allOf }` (everything must go through, and nothing may be amiss), or a bound
 * `atLeast` or `atMost` on a measure: `value`, unless it names another one. The bound is on the ratio to a contestant, `over`
 * (its reference, unless said otherwise); on what it has more than a contestant, `above`; or on itself, `alone: true`.
 * With `allowingSpread`, a ratio that misses its bound by up to 5% is not held to have missed it if the bound is within the
 * spread of the rounds: of two that are equally fast, each is ahead in some.
 * @returns what it says in words, whether it is met (`undefined`: not measured), and the figure it was judged by.
 */
export function judge(definition, target, contestant, byName, complete) {
  if (target.allOf !== undefined) return { text: `all ${target.allOf}`, met: complete };
  const { unit } = measureOf(definition, target.measure);
  const { figure, spread, format, words } = relationOf(target, contestant, byName, unit);
  const [sign, bound] = target.atMost === undefined ? ['≥', target.atLeast] : ['≤', target.atMost];
  const what = target.measure === undefined ? '' : `${unit} `;
  const text = `${what}${sign} ${words(bound)}${target.allowingSpread ? ' within the spread' : ''}`;
  if (figure === undefined) return { text, met: undefined, figure };
  const reaches = sign === '≤' ? figure <= bound : figure >= bound;
  const met = reaches || (target.allowingSpread === true && isEqual(figure, spread, bound));
  return { text, met, figure: format(figure) };
}

function isEqual(figure, { min, max }, bound) {
  return Math.abs(figure - bound) <= SPREAD_ALLOWED * bound && min <= bound && max >= bound;
}

function relationOf({ measure, over, above, alone }, contestant, byName, unit) {
  const value = (one) => (measure === undefined ? `${formatValue(one, unit)} ${unit}` : formatValue(one, unit));
  const median = (one) => (one === undefined ? undefined : spreadOf(one, measure)?.median);
  if (alone) return { figure: median(contestant), format: value, words: value };
  if (above !== undefined) {
    const [ours, theirs] = [median(contestant), median(byName.get(above))];
    const figure = ours === undefined || theirs === undefined ? undefined : ours - theirs;
    return { figure, format: (more) => signed(more, value), words: (bound) => `${above} + ${value(bound)}` };
  }
  const other = over ?? contestant.reference;
  const spread = ratioOf(contestant, byName.get(other), measure);
  return { figure: spread?.median, spread, format: formatRatio, words: (bound) => `${bound}× ${other}` };
}

function signed(value, format) {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}
