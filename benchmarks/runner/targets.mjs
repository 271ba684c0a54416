import { formatRatio, formatValue } from './format.mjs';
import { measureOf } from './measures.mjs';
import { ratioOf, spreadOf } from './ratios.mjs';

/**
 * Judges a target of a contestant. It is `{ allOf }` (everything must go through, and nothing may be amiss), or a bound
 * `atLeast` or `atMost` on a measure: `value`, unless it names another one. The bound is on the ratio to a contestant, `over`
 * (its reference, unless said otherwise); on what it has more than a contestant, `above`; or on itself, `alone: true`.
 * @returns what it says in words, whether it is met (`undefined`: not measured), and the figure it was judged by.
 */
export function judge(definition, target, contestant, byName, complete) {
  if (target.allOf !== undefined) return { text: `all ${target.allOf}`, met: complete };
  const { unit } = measureOf(definition, target.measure);
  const { figure, format, words } = relationOf(target, contestant, byName, unit);
  const [sign, bound] = target.atMost === undefined ? ['≥', target.atLeast] : ['≤', target.atMost];
  const what = target.measure === undefined ? '' : `${unit} `;
  const met = figure === undefined ? undefined : sign === '≤' ? figure <= bound : figure >= bound;
  return { text: `${what}${sign} ${words(bound)}`, met, figure: figure === undefined ? undefined : format(figure) };
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
  const figure = ratioOf(contestant, byName.get(other), measure)?.median;
  return { figure, format: formatRatio, words: (bound) => `${bound}× ${other}` };
}

function signed(value, format) {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}
