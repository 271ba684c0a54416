/** A source of randomness: a number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** The default source, good enough for jitter. */
export const systemRandom: Random = () => Math.random();
