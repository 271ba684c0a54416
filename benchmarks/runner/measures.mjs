/** CPU time, which every case shows that does not list what else it measures. */
export const CPU = { name: 'cpuMicros', unit: 'CPU µs/msg', better: 'lower' };

/**
 * What a case measures: first `value`, which its ratios are about, then what else its table shows. A measure has the name of
 * a field of the samples, a unit, and a direction (`better`: `higher` or `lower`). Differences of less than its `grain` mean
 * nothing, and are no regression. The baseline is about the value alone, unless a further measure is `compared` too.
 * @param definition a case, or its record in the results.
 */
export function measuresOf({ unit, better = 'higher', grain, more = [CPU] }) {
  return [{ name: 'value', unit, better, grain }, ...more];
}

/** The measure of that name. */
export function measureOf(definition, name = 'value') {
  const measure = measuresOf(definition).find((candidate) => candidate.name === name);
  if (measure === undefined) throw new Error(`${definition.name} does not measure "${name}".`);
  return measure;
}
