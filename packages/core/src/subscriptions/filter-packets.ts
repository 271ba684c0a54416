import { batchFilters } from './batch-filters.js';
import type { FilterEntry } from './filter-entry.js';

/**
 * Shares filters out into packets: as few as may be, but those whose answers are awaited for different times apart, since one
 * packet has one answer.
 * @param apart filters of one packet must not overlap.
 */
export function filterPackets<T extends { readonly filter: string; readonly entry: FilterEntry }>(
  filters: readonly T[],
  maximumPacketSize: number,
  apart: boolean,
): readonly (readonly T[])[] {
  const groups = new Map<number, T[]>();
  for (const each of filters) {
    const { patience } = each.entry;
    const group = groups.get(patience);
    if (group === undefined) groups.set(patience, [each]);
    else group.push(each);
  }
  return [...groups.values()].flatMap((alike) => batchFilters(alike, maximumPacketSize, apart));
}
