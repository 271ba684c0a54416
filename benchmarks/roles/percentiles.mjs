/** The value that a part of all values (0 to 1) does not exceed: the nearest rank. */
export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
