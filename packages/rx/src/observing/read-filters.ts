import { type FilterSet, InvalidOptionsError, buildSharedFilter } from '@rxmqtt/core';
import { isList } from '../internal/is-list.js';
import { isObject } from '../internal/rules.js';
import type { FilterCollection } from './observe-options.js';
import { TopicReader } from './topic-reader.js';

/** Filters and templates, checked and read. */
export interface ReadFilters {
  readonly readers: readonly TopicReader[];
  /** As the core takes them: templates have become filters. */
  readonly filters: string | readonly string[] | FilterSet;
}

/**
 * @throws InvalidTopicError when a filter, a template or the group is invalid; InvalidOptionsError when two templates are the
 * same filter.
 */
export function readFilters(given: string | FilterCollection, group: string | undefined): ReadFilters {
  if (typeof given !== 'string' && !isObject(given)) {
    throw new InvalidOptionsError([
      { path: 'filter', reason: 'must be a filter or template, a list or a set of them' },
    ]);
  }
  const templates = typeof given === 'string' ? [given] : isList(given) ? [...new Set(given)] : Object.keys(given);
  const byFilter = new Map<string, TopicReader>();
  for (const template of templates) {
    const reader = new TopicReader(template);
    if (group !== undefined) buildSharedFilter(group, reader.filter);
    const other = byFilter.get(reader.filter)?.template;
    if (other !== undefined) {
      throw new InvalidOptionsError([{ path: template, reason: `is the same filter as ${other}: give one of them` }]);
    }
    byFilter.set(reader.filter, reader);
  }
  const readers = [...byFilter.values()];
  const filters = [...byFilter.keys()];
  if (typeof given === 'string') return { readers, filters: filters[0]! };
  if (isList(given)) return { readers, filters };
  return {
    readers,
    filters: Object.fromEntries(readers.map(({ filter, template }) => [filter, given[template]!])),
  };
}
