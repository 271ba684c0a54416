import { spread } from './statistics.mjs';

/**
 * Sums a case up: per contestant the spread of its value and CPU time, its ratio to the reference (of the medians, with the
 * spread of the ratios round by round), how many messages went through, and what became of its targets.
 */
export function summarize(definition, contestants) {
  const byName = new Map(contestants.map((contestant) => [contestant.name, contestant]));
  return contestants.map((contestant) => {
    const { name, samples } = contestant;
    const good = samples.filter((sample) => sample.failure === undefined);
    return {
      name,
      ours: contestant.ours === true,
      value: spread(good.map((sample) => sample.value)),
      cpuMicros: spread(good.map((sample) => sample.cpuMicros)),
      ratio: ratioOf(contestant, byName.get(definition.reference)),
      succeeded: good.length === 0 ? undefined : Math.min(...good.map((sample) => sample.succeeded)),
      expected: good[0]?.expected,
      rounds: good.length,
      complete: samples.length > 0 && samples.every(isComplete),
      troubles: troublesOf(samples),
      targets: definition.targets
        .filter((target) => target.contestant === name)
        .map((target) => judge({ over: definition.reference, ...target }, contestant, byName)),
    };
  });
}

/** Whether everything went through, and nothing was amiss. */
function isComplete(sample) {
  return sample.failure === undefined && sample.flaws.length === 0 && sample.succeeded === sample.expected;
}

/** The ratio of the medians, and the spread of the ratios within each round. */
function ratioOf(contestant, reference) {
  if (reference === undefined) return undefined;
  const inRound = new Map(reference.samples.map((sample) => [sample.round, sample.value]));
  const rounds = contestant.samples
    .map((sample) => sample.value / inRound.get(sample.round))
    .filter((ratio) => Number.isFinite(ratio));
  if (rounds.length === 0) return undefined;
  const { min, max } = spread(rounds);
  return { median: medianValue(contestant) / medianValue(reference), min, max };
}

function medianValue({ samples }) {
  return spread(samples.map((sample) => sample.value).filter((value) => value !== undefined)).median;
}

function troublesOf(samples) {
  return [...new Set(samples.flatMap((sample) => (sample.failure === undefined ? sample.flaws : [sample.failure])))];
}

function judge(target, contestant, byName) {
  if (target.allOf !== undefined) {
    return { text: `all ${target.allOf}`, met: contestant.samples.length > 0 && contestant.samples.every(isComplete) };
  }
  const ratio = ratioOf(contestant, byName.get(target.over))?.median;
  return {
    text: `≥ ${target.atLeast}× ${target.over}`,
    met: ratio === undefined ? undefined : ratio >= target.atLeast,
    ratio,
  };
}
