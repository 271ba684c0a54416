import { isObject } from '../internal/is-object.js';
import { rememberTopic } from '../internal/remember-topic.js';
import type { PublishProperties } from '../message/publish-properties.js';
import { TopicTrie } from '../topics/topic-trie.js';
import type { PublishOptions, TopicDefaults } from './publish-options.js';

interface Rule {
  /** Its place among all rules, the least specific first. */
  readonly rank: number;
  readonly defaults: TopicDefaults;
}

const NO_OPTIONS: PublishOptions = Object.freeze({});

/** How messages are published unless they say otherwise, by the filters that their topics match. */
export class PublishDefaults {
  readonly #rules = new TopicTrie<Rule>();
  readonly #found = new Map<string, PublishOptions | undefined>();

  /** The filters must be valid. */
  constructor(defaults: Readonly<Record<string, TopicDefaults>>) {
    const filters = Object.keys(defaults).sort(bySpecificity);
    for (const [rank, filter] of filters.entries())
      this.#rules.add(filter, { rank, defaults: { ...defaults[filter] } });
  }

  /** The options of one message: its own, and the defaults of its topic for what these leave open. Never throws. */
  apply(topic: string, options: PublishOptions = NO_OPTIONS): PublishOptions {
    // Whatever is wrong with the arguments is told where they are checked.
    if (typeof topic !== 'string' || typeof options !== 'object' || (options as unknown) === null) return options;
    const found = this.#found.has(topic) ? this.#found.get(topic) : this.#find(topic);
    return found === undefined ? options : merge(found, options);
  }

  #find(topic: string): PublishOptions | undefined {
    const rules = this.#rules.match(topic, []).sort((a, b) => a.rank - b.rank);
    const found =
      rules.length === 0 ? undefined : rules.reduce<PublishOptions>((all, { defaults }) => merge(all, defaults), {});
    rememberTopic(this.#found, topic, found);
    return found;
  }
}

/**
 * Orders filters from the least to the most specific: at the first level in which they differ, a text is more specific
 * than `+`, which is more specific than none, and `#` is the least.
 */
export function bySpecificity(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = weight(left[i]) - weight(right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(level: string | undefined): number {
  if (level === '#') return 0;
  if (level === undefined) return 1;
  return level === '+' ? 2 : 3;
}

/** What `above` leaves open, `below` decides; an `undefined` leaves open, 0 and `false` do not. Properties one by one. */
function merge(below: PublishOptions, above: PublishOptions): PublishOptions {
  const merged = { ...below, ...withoutUndefined(above) };
  // What is no object is left as it is, for whoever checks it.
  if (below.properties === undefined || !isObject(above.properties)) return merged;
  return { ...merged, properties: { ...below.properties, ...withoutUndefined<PublishProperties>(above.properties) } };
}

function withoutUndefined<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}
