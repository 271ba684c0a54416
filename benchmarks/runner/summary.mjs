import { measuresOf } from './measures.mjs';
import { ratioOf, spreadOf } from './ratios.mjs';
import { judge } from './targets.mjs';

/**
 * Sums a case up: per contestant the spread of each measure, the ratio of its value to that of its reference (of the medians,
 * with the spread of the ratios round by round), how many messages went through, and what became of its targets.
 */
export function summarize(definition, contestants) {
  const referred = contestants.map((contestant) => ({ reference: definition.reference, ...contestant }));
  const byName = new Map(referred.map((contestant) => [contestant.name, contestant]));
  return referred.map((contestant) => {
    const { name, reference, samples } = contestant;
    const good = samples.filter((sample) => sample.failure === undefined);
    const complete = samples.length > 0 && samples.every(isComplete);
    return {
      name,
      ours: contestant.ours === true,
      ...Object.fromEntries(
        measuresOf(definition).map((measure) => [measure.name, spreadOf(contestant, measure.name)]),
      ),
      reference,
      ratio: ratioOf(contestant, byName.get(reference)),
      succeeded: good.length === 0 ? undefined : Math.min(...good.map((sample) => sample.succeeded)),
      expected: good[0]?.expected,
      rounds: good.length,
      complete,
      troubles: troublesOf(samples),
      targets: definition.targets
        .filter((target) => target.contestant === name)
        .map((target) => judge(definition, target, contestant, byName, complete)),
    };
  });
}

/** Whether everything went through, and nothing was amiss. */
function isComplete(sample) {
  return sample.failure === undefined && sample.flaws.length === 0 && sample.succeeded === sample.expected;
}

function troublesOf(samples) {
  return [...new Set(samples.flatMap((sample) => (sample.failure === undefined ? sample.flaws : [sample.failure])))];
}
