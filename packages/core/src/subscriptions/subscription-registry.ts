import type { Negotiated } from '../connection/negotiated.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock } from '../internal/clock.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { SubscribeAck } from '../wire/codec/suback-decoder.js';
import type { Wire } from '../wire/wire.js';
import { ActiveSubscription, type SubscriptionHost } from './active-subscription.js';
import { Convergence } from './convergence.js';
import { Departures } from './departures.js';
import { FilterEntry } from './filter-entry.js';
import type { ResolvedFilterOptions } from './resolve-filter-options.js';
import { type Filters, resolveFilters } from './resolve-filters.js';
import { resolveSubscribeOptions } from './resolve-subscribe-options.js';
import type { Router } from './router.js';
import type { SubscribeOptions, SubscriptionObserver } from './subscribe-options.js';

/** What subscriptions need of the rooms around them. */
export interface RegistryHost extends Omit<SubscriptionHost, 'remove' | 'update' | 'leaveReplaced'> {
  /** Somebody new observes. */
  arrived(subscription: ActiveSubscription): void;
  /** A SUBSCRIBE or UNSUBSCRIBE was sent, or answered. */
  exchanged(): void;
  /** The server may have these filters from when `proceed` is called on. */
  told(filters: readonly string[], proceed: () => void): void;
  /** The server does not have this filter any more. */
  gone(filter: string): void;
}

/** What is wanted: who observes which filters. {@link Convergence} makes the server do it. */
export class SubscriptionRegistry {
  readonly #router: Router;
  readonly #clock: Clock;
  readonly #convergence: Convergence;
  readonly #departures = new Departures();
  /** One for all. */
  readonly #subscriptionHost: SubscriptionHost;
  readonly #entries = new Map<string, FilterEntry>();
  /** Who has begun to observe in this tick. */
  #arrived: ActiveSubscription[] = [];

  /** @param firstId where subscription identifiers begin. */
  constructor(router: Router, ids: PacketIds, clock: Clock, host: RegistryHost, firstId = 0) {
    this.#router = router;
    this.#clock = clock;
    this.#subscriptionHost = {
      ...host,
      remove: (removed) => this.#leave(removed, removed.entries),
      update: (changed, given) => {
        this.#update(changed, resolveFilters(given, changed.options.group, changed.options));
      },
      leaveReplaced: (changed) => {
        void this.#leave(changed, replaced(changed));
      },
    };
    this.#convergence = new Convergence(
      router,
      ids,
      clock,
      {
        ...host,
        reject: (subscriptions, error) => {
          this.#reject(subscriptions, error);
        },
        settled: (entry) => {
          this.#departures.settle(entry);
        },
        discard: (entry) => {
          this.#discard(entry);
          host.gone(entry.filter);
        },
        flushed: () => {
          for (const subscription of this.#arrived.splice(0)) host.arrived(subscription);
        },
      },
      firstId,
    );
  }

  subscribe(filters: Filters, options: SubscribeOptions, observer: SubscriptionObserver): ActiveSubscription {
    const resolved = resolveSubscribeOptions(options);
    const wanted = resolveFilters(filters, resolved.group, resolved);
    const subscription = new ActiveSubscription(resolved, observer, this.#subscriptionHost);
    this.#join(subscription, wanted);
    return subscription;
  }

  /** Messages of QoS 0 that listeners have not done with. */
  get unhandled(): number {
    let unhandled = 0;
    for (const subscription of this.#subscriptions) unhandled += subscription.unhandled;
    return unhandled;
  }

  /** The server may have this filter from an earlier process: unless somebody wants it, it shall go. */
  inherit(filter: string): void {
    if (this.#entries.has(filter)) return;
    const entry = this.#entry(filter);
    entry.inDoubt = true;
    this.#convergence.touch(entry);
  }

  /** Answers that are due to us. */
  get pending(): number {
    return this.#convergence.pending;
  }

  connected(wire: Wire, negotiated: Negotiated): void {
    const { sessionPresent } = negotiated;
    this.#router.resumed(sessionPresent);
    for (const entry of this.#entries.values()) {
      if (sessionPresent) for (const subscription of entry.wishes.keys()) subscription.resumed();
      else {
        this.#stopLingering(entry);
        entry.forgotten();
        this.#router.forgetIds(entry);
      }
    }
    this.#convergence.connected(wire, negotiated, this.#entries.values());
  }

  disconnected(): void {
    this.#convergence.disconnected();
    this.#departures.settleAll();
  }

  /** Packet identifiers may have become free. */
  retry(): void {
    this.#convergence.retry();
  }

  suback(ack: SubscribeAck): void {
    this.#convergence.suback(ack);
  }

  unsuback(ack: SubscribeAck): void {
    this.#convergence.unsuback(ack);
  }

  /** Ends every subscription: with an error when the connection has failed, without one when the user closed it. */
  close(error: MqttError | undefined): void {
    this.disconnected();
    const subscriptions = this.#subscriptions;
    for (const entry of [...this.#entries.values()]) this.#discard(entry);
    for (const subscription of subscriptions) subscription.finish(error);
  }

  get #subscriptions(): Iterable<ActiveSubscription> {
    return new Set([...this.#entries.values()].flatMap(({ wishes }) => [...wishes.keys()]));
  }

  #entry(filter: string): FilterEntry {
    let entry = this.#entries.get(filter);
    if (entry === undefined) {
      entry = new FilterEntry(filter);
      this.#entries.set(filter, entry);
      this.#router.add(entry);
    }
    return entry;
  }

  #join(subscription: ActiveSubscription, wanted: ReadonlyMap<string, ResolvedFilterOptions>): void {
    subscription.wanted = [...wanted].map(([filter, options]) => {
      const entry = this.#entry(filter);
      this.#stopLingering(entry);
      entry.wish(subscription, options);
      this.#convergence.touch(entry);
      return entry;
    });
    // Those that it has already come first: of a message that matches several, they take the copy, now as before.
    const known = subscription.entries;
    subscription.entries = known.length === 0 ? subscription.wanted : [...new Set([...known, ...subscription.wanted])];
    this.#router.changed();
    this.#arrived.push(subscription);
  }

  /** Takes other filters: the new ones first, and when they are granted, away with the old ones. */
  #update(subscription: ActiveSubscription, wanted: ReadonlyMap<string, ResolvedFilterOptions>): void {
    subscription.changed();
    this.#join(subscription, wanted);
    // Of what was never sent there is nothing to be missed.
    const unsent = ({ isTold, pending }: FilterEntry): boolean => !isTold && pending === undefined;
    const stays = new Set(subscription.wanted);
    const given: FilterEntry[] = [];
    for (const entry of subscription.entries) {
      // It took the copies of those before it.
      if (!stays.has(entry)) {
        if (!unsent(entry)) given.push(entry);
      } else if (given.length > 0) entry.takeOver(subscription, given);
    }
    void this.#leave(
      subscription,
      replaced(subscription).filter((entry) => !this.#convergence.isConnected || unsent(entry)),
    );
  }

  /** Fulfils when the filters that nobody wants any more are gone. */
  #leave(subscription: ActiveSubscription, entries: readonly FilterEntry[]): Promise<void> {
    const gone: Promise<void>[] = [];
    const { ack, linger } = subscription.options;
    for (const entry of entries) {
      if (!entry.wishes.delete(subscription)) continue;
      // Without a connection, the server has queued by this filter what no other copy of comes.
      const isGone = subscription.isOver || !this.#convergence.isConnected;
      entry.leftBy = ack !== 'manual' ? undefined : isGone ? 'gone' : subscription;
      this.#convergence.touch(entry);
      if (entry.wishes.size > 0 || !this.#convergence.isConnected) continue;
      if (linger > 0 && (entry.isTold || entry.pending !== undefined)) this.#linger(entry, linger);
      gone.push(this.#departures.wait(entry));
    }
    subscription.entries = subscription.entries.filter((entry) => !entries.includes(entry));
    this.#router.changed();
    return Promise.all(gone).then(() => undefined);
  }

  #linger(entry: FilterEntry, delay: number): void {
    this.#stopLingering(entry);
    entry.lingering = this.#clock.setTimeout(() => {
      entry.lingering = undefined;
      this.#convergence.touch(entry);
    }, delay);
  }

  #stopLingering(entry: FilterEntry): void {
    if (entry.lingering === undefined) return;
    this.#clock.clearTimeout(entry.lingering);
    entry.lingering = undefined;
  }

  /** Tells subscriptions that nothing will come; their other filters go with them. */
  #reject(subscriptions: readonly ActiveSubscription[], error: MqttError): void {
    for (const subscription of subscriptions) {
      for (const entry of subscription.entries) {
        entry.wishes.delete(subscription);
        this.#convergence.touch(entry);
      }
    }
    this.#router.changed();
    for (const subscription of subscriptions) subscription.finish(error);
  }

  #discard(entry: FilterEntry): void {
    this.#departures.settle(entry);
    this.#stopLingering(entry);
    if (this.#entries.get(entry.filter) !== entry) return;
    this.#entries.delete(entry.filter);
    this.#convergence.forget(entry);
    this.#router.remove(entry);
  }
}

function replaced({ entries, wanted }: ActiveSubscription): readonly FilterEntry[] {
  const stays = new Set(wanted);
  return entries.filter((entry) => !stays.has(entry));
}
