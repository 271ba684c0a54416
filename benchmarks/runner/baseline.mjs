import { formatRatio, formatValue } from './format.mjs';
import { measureOf, measuresOf } from './measures.mjs';

const TOLERANCE = 0.15;

/**
 * Compares our contestants' ratios of a case with those of its baseline: ratios, since absolute times belong to a machine. What
 * has no reference (kB, packets) is compared as it is. A further measure is compared, as a ratio, if the case says so of it.
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
    return [
      ...(comparisonOf(name, record, row, old) ?? []),
      ...measuresOf(record)
        .filter((measure) => measure.compared)
        .flatMap((measure) => furtherComparisonOf(name, measure, [record, row], [baseline, old])),
    ];
  });
}

function comparisonOf(name, record, row, old) {
  const { better, unit, grain = 0 } = measureOf(record);
  if (Math.abs(row.value?.median - old.value?.median) < grain) return undefined;
  if (old.ratio !== undefined) {
    if (!isWorse(row.ratio?.median, old.ratio.median, better)) return undefined;
    const reference = row.reference ?? record.reference;
    return [
      `${name}: ${row.name} is at ${formatRatio(row.ratio?.median)} ${reference}, was at ${formatRatio(old.ratio.median)}`,
    ];
  }
  if (old.value === undefined || !isWorse(row.value?.median, old.value.median, better)) return undefined;
  return [
    `${name}: ${row.name} is at ${formatValue(row.value?.median, unit)} ${unit}, was at ${formatValue(old.value.median, unit)} ${unit}`,
  ];
}

function furtherComparisonOf(name, measure, now, before) {
  const [ratio, old] = [ratioToReference(measure, ...now), ratioToReference(measure, ...before)];
  if (old === undefined || !isWorse(ratio, old, measure.better)) return [];
  const [record, row] = now;
  return [
    `${name}: ${row.name} is at ${formatRatio(ratio)} ${record.reference} in ${measure.unit}, was at ${formatRatio(old)}`,
  ];
}

function ratioToReference({ name }, { reference, contestants }, row) {
  const other = contestants.find((candidate) => candidate.name === reference)?.[name]?.median;
  const ratio = row[name]?.median / other;
  return Number.isFinite(ratio) ? ratio : undefined;
}

function isWorse(now, old, better) {
  if (now === undefined) return true;
  return better === 'higher' ? now < old * (1 - TOLERANCE) : now > old * (1 + TOLERANCE);
}
