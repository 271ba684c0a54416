import type { QoS } from '../message/mqtt-message.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import type { ResolvedFilterOptions } from './resolve-filter-options.js';

/**
 * A filter that a subscription gave up for another one that overlaps it. Of a message for both it has taken the copy for the
 * filter of before; that for the other one, under an identifier of before, would be the same message again.
 */
export interface Handover {
  /** What topics of the filter of before match. */
  readonly levels: string;
  /** The tag of the SUBSCRIBE whose copies are taken; `undefined` while that is due. */
  since: number | undefined;
}

/** Shared by all that have none: readonly, and replaced as a whole. */
const NONE: readonly Handover[] = [];

/** How one subscription wants one filter, and where its retained messages are. */
export class FilterWish {
  options: ResolvedFilterOptions;
  /** Whether a SUBSCRIBE of its own must bring them, because the filter was subscribed before. */
  isDue = false;
  /** The {@link RequestTag} of the SUBSCRIBE that brings them; `undefined` when none does. */
  retainedBy: number | undefined = undefined;
  /** What was given up for it, the newest last. */
  handovers: readonly Handover[] = NONE;

  constructor(options: ResolvedFilterOptions) {
    this.options = options;
  }

  /** Whether a SUBSCRIBE must bring a new identifier. */
  get needsIdentifier(): boolean {
    return this.handovers.some(({ since }) => since === undefined);
  }

  /** Whether the SUBSCRIBE with this tag brings it. */
  isHandedOverBy(tag: number | undefined): boolean {
    return this.handovers.some(({ since }) => since === tag);
  }

  /** A SUBSCRIBE goes out. */
  sent(tag: number): void {
    for (const handover of this.handovers) handover.since ??= tag;
  }
}

/**
 * The union of what subscriptions want: the highest QoS, and restrictions only where all want them.
 */
export function mergeWishes(filter: string, wishes: Iterable<FilterWish>): SubscribeFilter {
  let qos: QoS = 0;
  let noLocal = true;
  let retainAsPublished = false;
  let retainHandling: 0 | 1 | 2 = 2;
  for (const { options } of wishes) {
    if (options.qos > qos) qos = options.qos;
    noLocal &&= options.noLocal;
    retainAsPublished ||= options.retainAsPublished;
    if (options.retainHandling < retainHandling) retainHandling = options.retainHandling;
  }
  return { filter, qos, noLocal, retainAsPublished, retainHandling };
}
