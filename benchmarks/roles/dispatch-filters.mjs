const TOPICS = 100;
const FILTERS_PER_FAMILY = 100;
const LEVELS = ['site', 'building', 'floor', 'room', 'rack', 'device', 'sensor'];

/**
 * Filters, and up to 100 topics spread over them of which each matches exactly `matches`: 1, or 100 that overlap each other.
 */
export function dispatchFilters(count, matches) {
  return matches === 1 ? machines(count) : families(count);
}

/** `plant/line7/machine42/+`: many filters, one for each topic. */
function machines(count) {
  const names = Array.from(
    { length: count },
    (_, index) => `plant/line${index % 100}/machine${Math.floor(index / 100)}`,
  );
  return {
    filters: names.map((name) => `${name}/+`),
    topics: spreadOver(names).map((name) => `${name}/temperature`),
  };
}

/** `family3/site/+/floor/+/rack/device/+`: 100 filters to a family, each with `+` in other places, all matching its topic. */
function families(count) {
  const numbers = Array.from({ length: count / FILTERS_PER_FAMILY }, (_, index) => index);
  const masks = Array.from({ length: FILTERS_PER_FAMILY }, (_, mask) => mask);
  return {
    filters: numbers.flatMap((family) =>
      masks.map((mask) =>
        [`family${family}`, ...LEVELS.map((level, bit) => ((mask >> bit) & 1 ? '+' : level))].join('/'),
      ),
    ),
    topics: spreadOver(numbers).map((family) => [`family${family}`, ...LEVELS].join('/')),
  };
}

/** At most 100 of a list, from all parts of it. */
function spreadOver(list) {
  const step = Math.max(1, Math.floor(list.length / TOPICS));
  return list.filter((_, index) => index % step === 0).slice(0, TOPICS);
}
