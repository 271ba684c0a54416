import type { QoS } from '../message/mqtt-message.js';
import type { Timer } from '../internal/clock.js';
import { filtersOverlap } from '../topics/filters-overlap.js';
import { parseSharedFilter } from '../topics/shared-subscription.js';
import type { FilterFlags, SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import type { ActiveSubscription } from './active-subscription.js';
import { FilterWish, mergeWishes } from './filter-wish.js';
import type { ResolvedFilterOptions } from './resolve-filter-options.js';

/** Identifiers remembered per filter: messages sent before a SUBSCRIBE was repeated carry an older one. */
const REMEMBERED_IDS = 4;
/** And so many more whose SUBSCRIBE was not answered: the server may have any of them. */
const MOST_UNANSWERED = 60;
/** How often the patience for an answer is doubled, at most. */
const MAX_DOUBLINGS = 5;

/** Shared by all that have no identifiers: those are replaced as a whole. */
const NONE: readonly number[] = [];

/** Which SUBSCRIBE it was: its subscription identifier, or a negative number of its own where the server knows none. */
export type RequestTag = number;

/** Who has left messages of a filter unhandled; `undefined` for nobody. */
export type LeftBy = ActiveSubscription | 'gone' | undefined;

/**
 * One filter: who wants it and how, and what the server has been told. There are as many as there are filters: what is the same
 * for most of them they share.
 */
export class FilterEntry {
  /** As it is sent, `$share/…` included. */
  readonly filter: string;
  readonly wishes = new Map<ActiveSubscription, FilterWish>();
  /** The request that the server has granted; `undefined` while it has not. */
  granted: FilterFlags | undefined;
  /** The quality of service that it has granted last. */
  qos: QoS = 0;
  /** Whether the server may have it or not, or in another form: the answer to our last request never came. */
  inDoubt = false;
  /**
   * The observer that left last, if it acknowledged by itself: what still comes must not be lost, unless it gets it by another of
   * its filters. `gone`: it gets nothing any more.
   */
  leftBy: LeftBy;
  /** The packet that is on its way for this filter: one at a time. */
  pending: 'subscribe' | 'unsubscribe' | undefined;
  /** Subscription identifiers under which its messages may come, the newest last. */
  ids: readonly number[] = NONE;
  /** Those of them under which live messages keep the retain flag of the publisher. */
  publisherFlags: readonly number[] = NONE;
  /** The newest SUBSCRIBE; 0 when there was none. */
  tag: RequestTag = 0;
  /** Whether that repeated an earlier one: then its retained messages are for those it was sent for. */
  isRepeat = false;
  /** Whether a SUBSCRIBE has asked for retained messages, in this session. */
  #hasRetained = false;
  /** Nobody wants it any more, and it stays subscribed until this timer says otherwise. */
  lingering: Timer;
  /** How many of the newest identifiers no answer has come for. */
  #unansweredIds = 0;
  /** How often in a row no answer came, and how long was waited in all. */
  #unanswered = 0;
  waited = 0;
  /** 0 until somebody has wanted it. */
  #patience = 0;

  constructor(filter: string) {
    this.filter = filter;
  }

  /** What topics must match. */
  get levels(): string {
    return parseSharedFilter(this.filter)?.filter ?? this.filter;
  }

  /** Whether the server is to have it. */
  get isWanted(): boolean {
    return this.wishes.size > 0 || this.lingering !== undefined;
  }

  /** Whether the server has it, or may have it. */
  get isTold(): boolean {
    return this.granted !== undefined || this.inDoubt;
  }

  /** Milliseconds to wait for the next answer. */
  get patience(): number {
    let shortest = Infinity;
    for (const { options } of this.wishes.keys()) if (options.timeout < shortest) shortest = options.timeout;
    // Of a filter that nobody wants any more the answer is awaited as long as before.
    if (this.wishes.size > 0) this.#patience = shortest;
    return (this.#patience || Infinity) * 2 ** Math.min(this.#unanswered, MAX_DOUBLINGS);
  }

  /** One more subscription wants it, or wants it in another way. */
  wish(subscription: ActiveSubscription, options: ResolvedFilterOptions): void {
    const known = this.wishes.get(subscription);
    if (known !== undefined) {
      known.options = options;
      return;
    }
    const wish = new FilterWish(options);
    const isFirst = this.pending === 'subscribe' && !this.isRepeat;
    if (this.granted !== undefined || isFirst) {
      // Nobody has wanted them so far: this one is the first who does.
      const isFirstWithRetained = !this.#hasRetained && options.retainHandling === 0;
      wish.isDue = options.retained === 'replay' || isFirstWithRetained;
      // What the first SUBSCRIBE brings is still to come; but some of it may have been here before who wants all of it.
      if (isFirst && !wish.isDue && options.retainHandling !== 2) wish.retainedBy = this.tag;
    }
    this.wishes.set(subscription, wish);
  }

  /** A subscription gives up other filters for this one. */
  takeOver(subscription: ActiveSubscription, given: readonly FilterEntry[]): void {
    const wish = this.wishes.get(subscription);
    // Without identifiers there are no copies to be told apart, and under none of before nothing can come.
    if (wish === undefined || this.ids.length === 0) return;
    const known = wish.handovers.filter(({ since }) => since === undefined || this.ids.includes(since));
    const overlapping = given.filter(({ levels }) => filtersOverlap(levels, this.levels));
    wish.handovers = [...known, ...overlapping.map(({ levels }) => ({ levels, since: undefined }))];
  }

  /** Whether a subscription still waits for the identifier under which it takes over from other filters. */
  isTakingOver(subscription: ActiveSubscription): boolean {
    const wish = this.wishes.get(subscription);
    return wish?.needsIdentifier === true || (this.pending === 'subscribe' && wish?.isHandedOverBy(this.tag) === true);
  }

  /** Whether an identifier is that of this SUBSCRIBE, or of one after it. */
  isSince(id: number, tag: RequestTag): boolean {
    return this.ids.indexOf(id) >= this.ids.indexOf(tag);
  }

  /** What must be sent so that the server does what somebody wants now; `undefined` when nothing must. */
  request(): SubscribeFilter | undefined {
    const wishes = [...this.wishes.values()];
    const wish = mergeWishes(this.filter, wishes);
    // Only without the flag of the publisher can retained messages be told from live ones. It follows with the next request.
    if (this.granted === undefined)
      return wish.retainHandling < 2 && wishes.some(isLive) ? { ...wish, retainAsPublished: false } : wish;
    if (wishes.some(isDue)) return { ...wish, retainHandling: 0, retainAsPublished: false };
    const { qos, noLocal, retainAsPublished } = this.granted;
    const unchanged =
      !this.inDoubt &&
      !wishes.some(needsIdentifier) &&
      wish.qos <= qos &&
      wish.noLocal === noLocal &&
      wish.retainAsPublished === retainAsPublished;
    // A filter that the server has already is not to bring its retained messages again to everybody.
    return unchanged ? undefined : { ...wish, retainHandling: wish.retainHandling === 2 ? 2 : 1 };
  }

  /** A SUBSCRIBE goes out: whose retained messages will it bring? */
  requested(tag: RequestTag, { retainHandling, retainAsPublished }: SubscribeFilter): void {
    this.pending = 'subscribe';
    this.tag = tag;
    this.isRepeat = this.granted !== undefined;
    this.#hasRetained ||= retainHandling !== 2;
    if (tag > 0 && (retainAsPublished || this.publisherFlags !== NONE)) {
      this.publisherFlags = this.publisherFlags
        .concat(retainAsPublished ? tag : [])
        .filter((id) => this.ids.includes(id));
    }
    for (const wish of this.wishes.values()) {
      wish.sent(tag);
      if (this.isRepeat && !wish.isDue) continue;
      wish.isDue = false;
      wish.retainedBy = retainHandling !== 2 && wish.options.retainHandling !== 2 ? tag : undefined;
    }
  }

  /** Those whose wish the request in hand does not meet; they lose by a refusal of the next. */
  *losers(): Iterable<ActiveSubscription> {
    for (const [subscription, wish] of this.wishes) {
      const isMet = this.granted !== undefined && wish.options.qos <= this.granted.qos;
      const isForIt = this.isRepeat && (wish.retainedBy === this.tag || wish.isHandedOverBy(this.tag));
      if (!isMet || isForIt) yield subscription;
    }
  }

  answered(): void {
    this.#unansweredIds = this.#unanswered = this.waited = 0;
    this.pending = undefined;
    this.inDoubt = false;
  }

  /** The answer to the last request will not come, or is not waited for any more. */
  unanswered(waited: number): void {
    if (this.pending === 'unsubscribe') this.granted = undefined;
    // What was sent for a few is said again for them.
    if (this.pending === 'subscribe' && this.isRepeat) {
      for (const wish of this.wishes.values()) wish.isDue ||= wish.retainedBy === this.tag;
    }
    this.pending = undefined;
    this.inDoubt = true;
    if (waited > 0) this.#unanswered++;
    this.waited += waited;
  }

  /** The server has forgotten it. */
  forgotten(): void {
    this.granted = undefined;
    this.inDoubt = false;
    this.#hasRetained = false;
    for (const wish of this.wishes.values()) {
      wish.isDue = false;
      wish.handovers = [];
    }
  }

  /** One more identifier, alone in a list that others share; the answer is which it replaces. */
  remember(added: readonly number[]): readonly number[] {
    const size = REMEMBERED_IDS + Math.min(this.#unansweredIds++, MOST_UNANSWERED);
    const ids = this.ids.concat(added);
    this.ids = ids.length === 1 ? added : ids.slice(-size);
    return ids.slice(0, -size);
  }
}

function isLive({ options }: FilterWish): boolean {
  return options.retained === 'live';
}

function needsIdentifier(wish: FilterWish): boolean {
  return wish.needsIdentifier;
}

function isDue(wish: FilterWish): boolean {
  return wish.isDue;
}
