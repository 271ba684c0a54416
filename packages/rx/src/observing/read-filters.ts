import { type FilterOptions, type FilterSet, InvalidOptionsError, buildSharedFilter } from '@rxmqtt/core';
import { isList } from '../internal/is-list.js';
import { isObject } from '../internal/rules.js';
import type { FilterCollection } from './observe-options.js';
import { type TopicReader, readTopics } from './topic-reader.js';

/** Filters and templates, checked and read. */
export interface ReadFilters {
  readonly readers: readonly TopicReader<string>[];
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
  const byFilter = new Map<string, TopicReader<string>>();
  for (const template of templates) {
    const reader = readTopics(template);
    if (group !== undefined) buildSharedFilter(group, reader.filter);
    const other = byFilter.get(reader.filter)?.template;
    if (other !== undefined) {
      throw new InvalidOptionsError([{ path: template, reason: `is the same filter as ${other}: give one of them` }]);
    }
    byFilter.set(reader.filter, reader);
  }
  const readers = [...byFilter.values()];
  if (typeof given === 'string') return { readers, filters: readers[0]?.filter ?? given };
  if (isList(given)) return { readers, filters: readers.map(({ filter }) => filter) };
  return {
    readers,
    filters: Object.fromEntries(
      readers.map(({ filter, template }): [string, FilterOptions] => [filter, given[template]!]),
    ),
  };
}
