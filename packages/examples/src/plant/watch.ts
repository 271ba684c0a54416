/** When a measured quantity is out of order. It takes more to enter an alarm than to stay in it: hysteresis. */
export interface Limits {
  /** Above this it is an alarm, whatever is usual. */
  readonly raiseAbove: number;
  /** Only at or below this the alarm may end. */
  readonly clearBelow: number;
  /** The smallest deviation taken for usual, so that a very steady machine does not alarm at nothing. */
  readonly leastDeviation: number;
}

/** What is known of one quantity of one machine. */
export interface Watch {
  /** How many windows were in order; together they make the rolling mean and variance. */
  readonly windows: number;
  readonly mean: number;
  readonly variance: number;
  /** How many windows in a row have been out of order up to now. */
  readonly strange: number;
}

/** The state before the first value. */
export const NEW_WATCH: Watch = { windows: 0, mean: 0, variance: 0, strange: 0 };

/** How many windows are needed before "usual" means something. */
const WARM_UP = 4;
/** How many deviations from the mean begin an alarm, and how many keep it. */
const RAISE_AT = 5;
const STAY_AT = 3;
/** The weight of a new window in the mean. */
const LEARNING = 0.2;
/** After so many strange windows the new level is the usual one, unless it is above the limit. */
const PATIENCE = 120;

/** Whether the quantity is out of order. */
export function isRaised({ strange }: Watch): boolean {
  return strange > 0;
}

/** What passes for the usual deviation, in the unit of the quantity. */
export function usualDeviation(watch: Watch, limits: Limits): number {
  return Math.max(Math.sqrt(watch.variance), limits.leastDeviation);
}

/** The watch after one more value. */
export function follow(watch: Watch, value: number, limits: Limits): Watch {
  if (isTooHigh(watch, value, limits)) return { ...watch, strange: watch.strange + 1 };
  if (!isUnusual(watch, value, limits)) return learn(watch, value);
  return watch.strange < PATIENCE ? { ...watch, strange: watch.strange + 1 } : learn(NEW_WATCH, value);
}

function isTooHigh(watch: Watch, value: number, limits: Limits): boolean {
  return value > (isRaised(watch) ? limits.clearBelow : limits.raiseAbove);
}

function isUnusual(watch: Watch, value: number, limits: Limits): boolean {
  if (watch.windows < WARM_UP) return false;
  const deviations = Math.abs(value - watch.mean) / usualDeviation(watch, limits);
  return deviations > (isRaised(watch) ? STAY_AT : RAISE_AT);
}

// Only what is in order is learnt: a few strange values would make everything look usual.
function learn({ windows, mean, variance }: Watch, value: number): Watch {
  const weight = Math.max(LEARNING, 1 / (windows + 1));
  const step = value - mean;
  return {
    windows: windows + 1,
    mean: mean + weight * step,
    variance: (1 - weight) * (variance + weight * step * step),
    strange: 0,
  };
}
