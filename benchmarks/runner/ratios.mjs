import { spread } from './statistics.mjs';

/** The spread of a measure over the samples that have it. */
export function spreadOf({ samples }, measure = 'value') {
  return spread(samples.map((sample) => sample[measure]).filter((value) => value !== undefined));
}

/** The ratio of the medians, and the spread of the ratios within each round. */
export function ratioOf(contestant, reference, measure = 'value') {
  if (reference === undefined) return undefined;
  const inRound = new Map(reference.samples.map((sample) => [sample.round, sample[measure]]));
  const rounds = contestant.samples
    .map((sample) => sample[measure] / inRound.get(sample.round))
    .filter((ratio) => Number.isFinite(ratio));
  if (rounds.length === 0) return undefined;
  const { min, max } = spread(rounds);
  return { median: spreadOf(contestant, measure).median / spreadOf(reference, measure).median, min, max };
}
