const BARS = '▁▂▃▄▅▆▇█';

/** Values as a row of bars, from the lowest to the largest; differences below `leastSpan` stay flat. */
export function sparkline(values: readonly number[], leastSpan: number, lowest = Math.min(...values)): string {
  const span = Math.max(Math.max(...values) - lowest, leastSpan);
  return values.map((value) => BARS.charAt(Math.round(((value - lowest) / span) * (BARS.length - 1)))).join('');
}
