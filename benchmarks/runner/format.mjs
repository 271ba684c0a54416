/** A rate in three digits: `3.21M`, `412k`, `980`. */
export function formatRate(value) {
  if (value === undefined) return '–';
  if (value >= 1e6) return `${threeDigits(value / 1e6)}M`;
  if (value >= 1e3) return `${threeDigits(value / 1e3)}k`;
  return threeDigits(value);
}

/** A value of a measure: a rate in three digits, anything else whole where it has four digits or more. */
export function formatValue(value, unit) {
  if (value === undefined) return '–';
  if (/\/(CPU )?s$/.test(unit)) return formatRate(value);
  return Math.abs(value) >= 1e3 ? formatCount(Math.round(value)) : threeDigits(value);
}

/** A whole number with thousands separated. */
export function formatCount(value) {
  return value.toLocaleString('en-US');
}

/** A ratio: `6.42×`. */
export function formatRatio(value) {
  return value === undefined ? '–' : `${threeDigits(value)}×`;
}

/** A number in three digits, none of them lost before the point. */
export function threeDigits(value) {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size > 0 && size < 0.1) return value.toPrecision(2);
  return value.toFixed(size >= 10 ? 1 : 2);
}
