import type { Negotiated } from '../connection/negotiated.js';
import { InvalidOptionsError, ProtocolError, UnsupportedError } from '../errors/connection-errors.js';
import { SubscribeRejectedError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Clock } from '../internal/clock.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PacketIds } from '../session/packet-ids.js';
import { buildSharedFilter, parseSharedFilter } from '../topics/shared-subscription.js';
import { PROTOCOL_ERROR } from '../wire/codec/packet-type.js';
import type { SubscribeAck } from '../wire/codec/suback-decoder.js';
import { type SubscribeFilter, subscribeFilterLength } from '../wire/codec/subscribe-encoder.js';
import { MAX_VARIABLE_INTEGER } from '../wire/codec/variable-integer.js';
import type { Wire } from '../wire/wire.js';
import { ActiveSubscription, type SubscriptionHost } from './active-subscription.js';
import { batchFilters } from './batch-filters.js';
import { FilterEntry } from './filter-entry.js';
import { resolveSubscribeOptions } from './resolve-subscribe-options.js';
import type { Router } from './router.js';
import type { SubscribeOptions, SubscriptionObserver } from './subscribe-options.js';

/** A SUBSCRIBE or UNSUBSCRIBE that waits for its answer. */
type Exchange =
  | { readonly type: 'subscribe'; readonly entries: readonly FilterEntry[]; readonly requests: readonly SubscribeFilter[] }
  | { readonly type: 'unsubscribe'; readonly entries: readonly FilterEntry[] };

/** What subscriptions need of the rooms around them. */
export interface RegistryHost extends Omit<SubscriptionHost, 'remove'> {
  /** Somebody new observes. */
  arrived(subscription: ActiveSubscription): void;
  /** A SUBSCRIBE or UNSUBSCRIBE was sent, or answered. */
  exchanged(): void;
}

/**
 * What is wanted, and what the server has been told. After every change it sends what it takes to make the two agree, one
 * packet at a time per filter; the changes of a tick go together.
 */
export class SubscriptionRegistry {
  readonly #router: Router;
  readonly #ids: PacketIds;
  readonly #clock: Clock;
  readonly #host: RegistryHost;
  readonly #entries = new Map<string, FilterEntry>();
  readonly #exchanges = new Map<number, Exchange>();
  /** Entries that may need a packet. */
  readonly #dirty = new Set<FilterEntry>();
  /** Who has begun to observe in this tick. */
  #arrived: ActiveSubscription[] = [];
  /** Who waits until a filter is gone. */
  readonly #leaving = new Map<FilterEntry, (() => void)[]>();
  #wire: Wire | undefined;
  #negotiated: Negotiated | undefined;
  #scheduled = false;
  #subscriptionId: number;
  /** No packet identifier was free for what must be sent. */
  #starved = false;

  /** @param firstId where subscription identifiers begin. */
  constructor(router: Router, ids: PacketIds, clock: Clock, host: RegistryHost, firstId = 0) {
    this.#subscriptionId = firstId;
    this.#router = router;
    this.#ids = ids;
    this.#clock = clock;
    this.#host = host;
  }

  subscribe(
    filters: readonly string[],
    options: SubscribeOptions,
    observer: SubscriptionObserver,
  ): ActiveSubscription {
    if (filters.length === 0) throw new InvalidOptionsError([{ path: 'filter', reason: 'must name at least one filter' }]);
    const resolved = resolveSubscribeOptions(options);
    const { group } = options;
    const wanted = [...new Set(group === undefined ? filters : filters.map((filter) => buildSharedFilter(group, filter)))];
    const shared = wanted.map((filter) => parseSharedFilter(filter) !== undefined).includes(true);
    // [MQTT-3.8.3-4]
    if (shared && resolved.noLocal) {
      throw new InvalidOptionsError([{ path: 'noLocal', reason: 'is a protocol error in a consumer group; leave it out' }]);
    }
    const subscription = new ActiveSubscription(wanted, resolved, observer, {
      ...this.#host,
      remove: (removed) => this.#remove(removed),
    });
    subscription.entries = wanted.map((filter) => this.#entry(filter));
    for (const entry of subscription.entries) {
      entry.subscriptions.push(subscription);
      this.#touch(entry);
    }
    this.#router.changed();
    this.#arrived.push(subscription);
    return subscription;
  }

  /** Answers that are due to us. */
  get pending(): number {
    return this.#exchanges.size;
  }

  connected(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    this.#router.resumed(negotiated.sessionPresent);
    this.#negotiated = negotiated;
    for (const entry of this.#entries.values()) {
      if (negotiated.sessionPresent) for (const subscription of entry.subscriptions) subscription.resumed();
      if (!negotiated.sessionPresent) {
        entry.granted = undefined;
        entry.inDoubt = false;
        this.#router.forgetIds(entry);
      }
      this.#dirty.add(entry);
    }
    this.#flush();
  }

  disconnected(): void {
    this.#wire = undefined;
    this.#negotiated = undefined;
    for (const [id, { entries }] of this.#exchanges) {
      this.#ids.release(id);
      for (const entry of entries) {
        entry.pending = undefined;
        // It may have come through or not: what is wanted then is said again.
        entry.granted = undefined;
        entry.inDoubt = true;
      }
    }
    this.#exchanges.clear();
    for (const entry of [...this.#leaving.keys()]) this.#left(entry);
  }

  /** Packet identifiers may have become free. */
  retry(): void {
    if (!this.#starved) return;
    this.#starved = false;
    this.#flush();
  }

  suback(ack: SubscribeAck): void {
    const exchange = this.#take(ack, 'subscribe');
    if (exchange?.type !== 'subscribe') return;
    for (const [index, entry] of exchange.entries.entries()) {
      entry.pending = undefined;
      entry.inDoubt = false;
      const code = ack.reasonCodes[index]!;
      if (code < 0x80) entry.granted = { request: exchange.requests[index]!, qos: code as QoS };
      else this.#reject(entry, new SubscribeRejectedError(entry.filter, code, ack.reasonString));
      this.#touch(entry);
    }
    const granted = exchange.entries.filter((entry) => entry.granted !== undefined);
    for (const subscription of new Set(granted.flatMap((entry) => entry.subscriptions))) subscription.grant(true);
  }

  unsuback(ack: SubscribeAck): void {
    const exchange = this.#take(ack, 'unsubscribe');
    if (exchange === undefined) return;
    for (const [index, entry] of exchange.entries.entries()) {
      entry.pending = undefined;
      entry.inDoubt = false;
      entry.granted = undefined;
      const code = ack.reasonCodes[index] ?? 0;
      if (code >= 0x80) {
        this.#host.warn(new SubscribeRejectedError(entry.filter, code), `the server refused to unsubscribe ${entry.filter}`);
      }
      this.#left(entry);
      this.#touch(entry);
    }
  }

  /** Ends every subscription: with an error when the connection has failed, without one when the user closed it. */
  close(error: MqttError | undefined): void {
    this.disconnected();
    const subscriptions = new Set([...this.#entries.values()].flatMap((entry) => entry.subscriptions));
    for (const entry of this.#entries.values()) this.#router.remove(entry);
    this.#entries.clear();
    this.#dirty.clear();
    for (const subscription of subscriptions) subscription.finish(error);
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

  #remove(subscription: ActiveSubscription): Promise<void> {
    const gone: Promise<void>[] = [];
    for (const entry of subscription.entries) {
      const index = entry.subscriptions.indexOf(subscription);
      if (index < 0) continue;
      entry.subscriptions.splice(index, 1);
      entry.leftUnhandled = subscription.options.ack === 'manual';
      this.#touch(entry);
      if (entry.subscriptions.length === 0 && this.#wire !== undefined) gone.push(this.#gone(entry));
    }
    this.#router.changed();
    return Promise.all(gone).then(() => undefined);
  }

  #gone(entry: FilterEntry): Promise<void> {
    return new Promise((resolve) => {
      this.#leaving.set(entry, [...(this.#leaving.get(entry) ?? []), resolve]);
    });
  }

  /** Whoever waited for this filter to go waits no more: it is gone, or wanted again, or there is no connection. */
  #left(entry: FilterEntry): void {
    const waiting = this.#leaving.get(entry);
    this.#leaving.delete(entry);
    for (const resolve of waiting ?? []) resolve();
  }

  #touch(entry: FilterEntry): void {
    this.#dirty.add(entry);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#flush();
    });
  }

  /** Sends what it takes to make the server do what is wanted. */
  #flush(): void {
    this.#scheduled = false;
    const wire = this.#wire;
    const dirty = [...this.#dirty];
    if (wire !== undefined) this.#dirty.clear();
    const subscribe: SubscribeFilter[] = [];
    const unsubscribe: FilterEntry[] = [];
    const satisfied: FilterEntry[] = [];
    for (const entry of dirty) {
      if (entry.pending !== undefined) continue;
      const wanted = entry.subscriptions.length > 0;
      const told = entry.granted !== undefined || entry.inDoubt;
      if (!wanted && !told) this.#discard(entry);
      if (wire === undefined) continue;
      if (!wanted && told) unsubscribe.push(entry);
      if (wanted) {
        this.#left(entry);
        const request = entry.request();
        if (request === undefined) satisfied.push(entry);
        else if (this.#permitted(entry)) subscribe.push(request);
        // An observer that was refused may have closed the connection.
        if (this.#wire !== wire) return;
      }
    }
    if (wire !== undefined) {
      this.#sendUnsubscribe(wire, unsubscribe);
      this.#sendSubscribe(wire, subscribe);
    }
    for (const entry of satisfied) for (const subscription of entry.subscriptions) subscription.grant(false);
    for (const subscription of this.#arrived.splice(0)) this.#host.arrived(subscription);
  }

  #sendSubscribe(wire: Wire, requests: readonly SubscribeFilter[]): void {
    if (requests.length === 0) return;
    const { maximumPacketSize, subscriptionIdentifiersAvailable } = this.#negotiated!;
    for (const batch of batchFilters(requests, maximumPacketSize, subscriptionIdentifiersAvailable)) {
      const entries = batch.map(({ filter }) => this.#entries.get(filter)!);
      const packetId = this.#begin({ type: 'subscribe', entries, requests: batch });
      if (packetId === 0) continue;
      let subscriptionId = 0;
      if (subscriptionIdentifiersAvailable) {
        subscriptionId = this.#subscriptionId = (this.#subscriptionId % MAX_VARIABLE_INTEGER) + 1;
        for (const entry of entries) this.#router.identify(entry, subscriptionId);
      }
      wire.subscribe(packetId, batch, subscriptionId);
    }
  }

  #sendUnsubscribe(wire: Wire, entries: readonly FilterEntry[]): void {
    if (entries.length === 0) return;
    for (const batch of batchFilters(entries, this.#negotiated!.maximumPacketSize, false)) {
      const packetId = this.#begin({ type: 'unsubscribe', entries: batch });
      if (packetId === 0) continue;
      wire.unsubscribe(
        packetId,
        batch.map(({ filter }) => filter),
      );
    }
  }

  /** Registers an exchange; 0 when no identifier is free, and the filters are tried again later. */
  #begin(exchange: Exchange): number {
    const packetId = this.#ids.allocate();
    if (packetId === 0) {
      this.#starved = true;
      for (const entry of exchange.entries) this.#dirty.add(entry);
    } else {
      this.#exchanges.set(packetId, exchange);
      this.#host.exchanged();
      for (const entry of exchange.entries) entry.pending = exchange.type;
    }
    return packetId;
  }

  #take(ack: SubscribeAck, type: Exchange['type']): Exchange | undefined {
    const exchange = this.#exchanges.get(ack.packetId);
    const name = type === 'subscribe' ? 'a SUBACK' : 'an UNSUBACK';
    const version3Unsuback = type === 'unsubscribe' && this.#negotiated?.protocolVersion !== 5;
    if (exchange?.type !== type) {
      this.#wire?.fail(new ProtocolError(PROTOCOL_ERROR, `${name} answers nothing that was asked`));
      return undefined;
    }
    // [MQTT-3.8.4-6] [MQTT-3.11.3-2]
    if (!version3Unsuback && ack.reasonCodes.length !== exchange.entries.length) {
      this.#wire?.fail(new ProtocolError(PROTOCOL_ERROR, `${name} has not one reason code per filter`));
      return undefined;
    }
    this.#exchanges.delete(ack.packetId);
    this.#host.exchanged();
    this.#ids.release(ack.packetId);
    return exchange;
  }

  /** Whether the server would take this filter, by what it said in CONNACK; otherwise its observers are told. */
  #permitted(entry: FilterEntry): boolean {
    const { maximumPacketSize, sharedSubscriptionAvailable, wildcardSubscriptionAvailable } = this.#negotiated!;
    const { filter, levels } = entry;
    let reason: string | undefined;
    if (!sharedSubscriptionAvailable && filter !== levels) reason = 'offers no consumer groups';
    else if (!wildcardSubscriptionAvailable && (levels.includes('+') || levels.includes('#'))) reason = 'offers no wildcards';
    else if (subscribeFilterLength(filter) + 16 > maximumPacketSize) reason = 'takes no packet of this size';
    if (reason === undefined) return true;
    this.#reject(entry, new UnsupportedError(`the server ${reason}, so ${quoteText(filter)} cannot be subscribed`));
    return false;
  }

  /** Tells the observers of a filter, and only them, that nothing will come. */
  #reject(entry: FilterEntry, error: MqttError): void {
    const subscriptions = [...entry.subscriptions];
    for (const subscription of subscriptions) {
      for (const each of subscription.entries) {
        const index = each.subscriptions.indexOf(subscription);
        if (index >= 0) each.subscriptions.splice(index, 1);
        this.#touch(each);
      }
    }
    this.#router.changed();
    for (const subscription of subscriptions) subscription.finish(error);
  }

  #discard(entry: FilterEntry): void {
    this.#left(entry);
    if (this.#entries.get(entry.filter) !== entry) return;
    this.#entries.delete(entry.filter);
    this.#dirty.delete(entry);
    this.#router.remove(entry);
  }
}
