import { formatRatio } from './format.mjs';

const TOLERANCE = 0.15;

/**
 * Compares our contestants' ratios of a case with those of its baseline. Ratios, since absolute times belong to a machine.
 * @returns a sentence for each that is more than 15% worse, or incomplete where it was complete.
 */
export function regressionsOf(name, record, baseline) {
  if (baseline === undefined) return [];
  const before = new Map(baseline.contestants.map((row) => [row.name, row]));
  return record.contestants.flatMap((row) => {
    const old = before.get(row.name);
    if (!row.ours || old === undefined) return [];
    if (old.complete && !row.complete)
      return [`${name}: ${row.name} is not complete any more (${row.troubles.join('; ')})`];
    if (old.ratio === undefined || !isWorse(row.ratio?.median, old.ratio.median, record.better)) return [];
    return [
      `${name}: ${row.name} is at ${formatRatio(row.ratio?.median)} ${record.reference}, was at ${formatRatio(old.ratio.median)}`,
    ];
  });
}

function isWorse(now, old, better) {
  if (now === undefined) return true;
  return better === 'higher' ? now < old * (1 - TOLERANCE) : now > old * (1 + TOLERANCE);
}
