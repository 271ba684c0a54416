import type { Negotiated } from '../connection/negotiated.js';
import { SubscribeRejectedError, TimeoutError } from '../errors/delivery-errors.js';
import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Clock } from '../internal/clock.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { SubscribeAck } from '../wire/codec/suback-decoder.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import { MAX_VARIABLE_INTEGER } from '../wire/codec/variable-integer.js';
import type { Wire } from '../wire/wire.js';
import type { ActiveSubscription } from './active-subscription.js';
import type { ConvergenceHost } from './convergence-host.js';
import { type Exchange, Exchanges } from './exchanges.js';
import type { FilterEntry } from './filter-entry.js';
import { filterPackets } from './filter-packets.js';
import type { Router } from './router.js';
import { notOffered } from './server-offer.js';
import { sharedFlags } from './shared-flags.js';

/**
 * Makes what the server has been told agree with what is wanted: after every change it sends what it takes, one packet at a
 * time per filter; the changes of a tick go together.
 */
export class Convergence {
  readonly #router: Router;
  readonly #clock: Clock;
  readonly #host: ConvergenceHost;
  readonly #exchanges: Exchanges;
  /** Entries that may need a packet. */
  readonly #dirty = new Set<FilterEntry>();
  #wire: Wire | undefined;
  #negotiated: Negotiated | undefined;
  #scheduled = false;
  #subscriptionId: number;
  /** How many SUBSCRIBE packets there were without an identifier. */
  #anonymous = 0;
  /** No packet identifier was free for what must be sent. */
  #starved = false;

  /** @param firstId where subscription identifiers begin. */
  constructor(router: Router, ids: PacketIds, clock: Clock, host: ConvergenceHost, firstId: number) {
    this.#router = router;
    this.#clock = clock;
    this.#host = host;
    this.#subscriptionId = firstId;
    this.#exchanges = new Exchanges(ids, clock, {
      ...host,
      unanswered: (exchange, waited) => {
        this.#unanswered(exchange, waited);
      },
    });
  }

  /** Answers that are due to us. */
  get pending(): number {
    return this.#exchanges.awaited;
  }

  get isConnected(): boolean {
    return this.#wire !== undefined;
  }

  connected(wire: Wire, negotiated: Negotiated, entries: Iterable<FilterEntry>): void {
    this.#wire = wire;
    this.#negotiated = negotiated;
    for (const entry of entries) this.#dirty.add(entry);
    this.#flush();
  }

  disconnected(): void {
    this.#wire = undefined;
    this.#negotiated = undefined;
    // They may have come through or not.
    for (const { entries } of this.#exchanges.clear()) for (const entry of entries) entry.unanswered(0);
  }

  /** Packet identifiers may have become free. */
  retry(): void {
    if (!this.#starved) return;
    this.#starved = false;
    this.#flush();
  }

  /** Something about this filter has changed. */
  touch(entry: FilterEntry): void {
    this.#dirty.add(entry);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#flush();
    });
  }

  forget(entry: FilterEntry): void {
    this.#dirty.delete(entry);
  }

  suback(ack: SubscribeAck): void {
    const exchange = this.#take(ack, 'subscribe');
    if (exchange?.type !== 'subscribe') return;
    const again = new Set<ActiveSubscription>();
    for (const [index, entry] of exchange.entries.entries()) {
      entry.answered();
      const code = ack.reasonCodes[index]!;
      if (code < 0x80) {
        entry.granted = sharedFlags(exchange.requests[index]!);
        entry.qos = code as QoS;
      } else this.#refused(entry, new SubscribeRejectedError(entry.filter, code, ack.reasonString));
      this.touch(entry);
      if (entry.granted !== undefined) for (const subscription of entry.wishes.keys()) again.add(subscription);
    }
    this.#router.changed();
    for (const subscription of again) subscription.grant(true);
  }

  unsuback(ack: SubscribeAck): void {
    const exchange = this.#take(ack, 'unsubscribe');
    if (exchange === undefined) return;
    for (const [index, entry] of exchange.entries.entries()) {
      entry.answered();
      entry.granted = undefined;
      const code = ack.reasonCodes[index] ?? 0;
      if (code >= 0x80) {
        this.#host.warn(
          new SubscribeRejectedError(entry.filter, code),
          `the server refused to unsubscribe ${quoteText(entry.filter)}`,
        );
      }
      this.#host.settled(entry);
      this.touch(entry);
    }
  }

  /** Sends what it takes to make the server do what is wanted. */
  #flush(): void {
    this.#scheduled = false;
    const wire = this.#wire;
    const dirty = [...this.#dirty];
    if (wire !== undefined) this.#dirty.clear();
    const subscribe: SubscribeFilter[] = [];
    const asked: FilterEntry[] = [];
    const unsubscribe: FilterEntry[] = [];
    const satisfied: FilterEntry[] = [];
    for (const entry of dirty) {
      if (entry.pending !== undefined) continue;
      if (!entry.isWanted) {
        if (!entry.isTold) this.#host.discard(entry);
        else if (wire !== undefined) unsubscribe.push(entry);
        continue;
      }
      if (wire === undefined || entry.wishes.size === 0) continue;
      this.#host.settled(entry);
      const request = entry.request();
      if (request === undefined) satisfied.push(entry);
      else if (this.#isOffered(entry)) {
        subscribe.push(request);
        asked.push(entry);
      }
      // An observer that was refused may have closed the connection.
      if (this.#wire !== wire) return;
    }
    if (wire !== undefined) {
      this.#sendUnsubscribe(wire, unsubscribe);
      this.#sendSubscribe(wire, asked, subscribe);
    }
    for (const entry of satisfied) for (const subscription of [...entry.wishes.keys()]) subscription.grant(false);
    this.#host.flushed();
  }

  #sendSubscribe(wire: Wire, entries: readonly FilterEntry[], requests: readonly SubscribeFilter[]): void {
    const { maximumPacketSize, subscriptionIdentifiersAvailable } = this.#negotiated!;
    const asked = requests.map((request, index) => ({ filter: request.filter, request, entry: entries[index]! }));
    for (const batch of filterPackets(asked, maximumPacketSize, subscriptionIdentifiersAvailable)) {
      const packet = batch.map(({ request }) => request);
      const packetId = this.#begin({ type: 'subscribe', entries: batch.map(({ entry }) => entry), requests: packet });
      if (packetId === 0) continue;
      const subscriptionId = subscriptionIdentifiersAvailable ? this.#nextId() : 0;
      const added: readonly [number] = [subscriptionId];
      const tag = subscriptionId === 0 ? -++this.#anonymous : subscriptionId;
      for (const { entry, request } of batch) {
        if (subscriptionId !== 0) this.#router.identify(entry, added);
        entry.requested(tag, request);
      }
      const send = (): void => {
        if (this.#wire === wire) wire.subscribe(packetId, packet, subscriptionId);
      };
      this.#host.told(
        packet.map(({ filter }) => filter),
        send,
      );
    }
  }

  #sendUnsubscribe(wire: Wire, entries: readonly FilterEntry[]): void {
    const asked = entries.map((entry) => ({ filter: entry.filter, entry }));
    for (const batch of filterPackets(asked, this.#negotiated!.maximumPacketSize, false)) {
      const packetId = this.#begin({ type: 'unsubscribe', entries: batch.map(({ entry }) => entry) });
      if (packetId === 0) continue;
      for (const { entry } of batch) entry.pending = 'unsubscribe';
      wire.unsubscribe(
        packetId,
        batch.map(({ filter }) => filter),
      );
    }
  }

  #nextId(): number {
    this.#subscriptionId = (this.#subscriptionId % MAX_VARIABLE_INTEGER) + 1;
    return this.#subscriptionId;
  }

  /** Registers an exchange; 0 when no identifier is free, and the filters are tried again later. */
  #begin(exchange: Exchange): number {
    const packetId = this.#exchanges.begin(exchange, exchange.entries[0]?.patience ?? Infinity);
    if (packetId === 0) {
      this.#starved = true;
      for (const entry of exchange.entries) this.#dirty.add(entry);
    }
    return packetId;
  }

  #take(ack: SubscribeAck, type: Exchange['type']): Exchange | undefined {
    const hasCodes = type === 'subscribe' || this.#negotiated?.protocolVersion === 5;
    try {
      return this.#exchanges.take(ack, type, hasCodes);
    } catch (error) {
      if (!isMqttError(error)) throw error;
      this.#wire?.fail(error);
      return undefined;
    }
  }

  #isOffered(entry: FilterEntry): boolean {
    const error = notOffered(entry, this.#negotiated!);
    if (error !== undefined) this.#host.reject([...entry.wishes.keys()], error);
    return error === undefined;
  }

  /** The server keeps what it granted before; who wanted more is told, or everybody, where nobody did. */
  #refused(entry: FilterEntry, error: MqttError): void {
    const losers = [...entry.losers()];
    this.#host.reject(losers.length > 0 ? losers : [...entry.wishes.keys()], error);
  }

  /** Nobody answers: who does not want to wait any longer is told, and for the others it is sent again. */
  #unanswered({ type, entries }: Exchange, waited: number): void {
    for (const entry of entries) {
      entry.unanswered(waited);
      const impatient = [...entry.wishes.keys()].filter(
        ({ options }) => type === 'subscribe' && options.onTimeout === 'error' && options.timeout <= entry.waited,
      );
      if (impatient.length > 0)
        this.#host.reject(impatient, noAnswer(`the subscription to ${quoteText(entry.filter)}`, entry));
      this.#host.settled(entry);
      this.touch(entry);
    }
    const [again] = entries.filter(({ wishes }) => type === 'unsubscribe' || wishes.size > 0);
    if (again === undefined) return;
    const others = entries.length > 1 ? ` and ${String(entries.length - 1)} more` : '';
    const error = noAnswer(`to ${type} ${quoteText(again.filter)}${others}`, again);
    this.#host.warn(error, error.message);
  }
}

function noAnswer(what: string, { waited }: FilterEntry): TimeoutError {
  return new TimeoutError(what, waited, true);
}
