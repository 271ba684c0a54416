import type { QoS } from '../message/mqtt-message.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import type { ResolvedFilterOptions } from './resolve-filter-options.js';

/** How one subscription wants one filter, and where its retained messages are. */
export class FilterWish {
  options: ResolvedFilterOptions;
  /** Whether a SUBSCRIBE of its own must bring them, because the filter was subscribed before. */
  isDue = false;
  /** The {@link RequestTag} of the SUBSCRIBE that brings them; `undefined` when none does. */
  retainedBy: number | undefined = undefined;

  constructor(options: ResolvedFilterOptions) {
    this.options = options;
  }
}

/**
 * The union of what subscriptions want: the highest QoS, and restrictions only where all want them. `undefined` when there
 * are none.
 */
export function mergeWishes(filter: string, wishes: Iterable<FilterWish>): SubscribeFilter | undefined {
  let isEmpty = true;
  let qos: QoS = 0;
  let noLocal = true;
  let retainAsPublished = false;
  let retainHandling: 0 | 1 | 2 = 2;
  for (const { options } of wishes) {
    isEmpty = false;
    if (options.qos > qos) qos = options.qos;
    noLocal &&= options.noLocal;
    retainAsPublished ||= options.retainAsPublished;
    if (options.retainHandling < retainHandling) retainHandling = options.retainHandling;
  }
  return isEmpty ? undefined : { filter, qos, noLocal, retainAsPublished, retainHandling };
}
