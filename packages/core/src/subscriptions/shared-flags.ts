import { type FilterFlags, optionsByte } from '../wire/codec/subscribe-encoder.js';

const known: FilterFlags[] = [];

/** The same flags, as one object for all filters that have them. */
export function sharedFlags({ qos, noLocal, retainAsPublished, retainHandling }: FilterFlags): FilterFlags {
  const flags = { qos, noLocal, retainAsPublished, retainHandling };
  return (known[optionsByte(flags)] ??= flags);
}
