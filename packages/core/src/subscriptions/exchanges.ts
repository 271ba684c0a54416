import { ProtocolError } from '../errors/connection-errors.js';
import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';
import type { PacketIds } from '../session/packet-ids.js';
import { PROTOCOL_ERROR } from '../wire/codec/packet-type.js';
import type { SubscribeAck } from '../wire/codec/suback-decoder.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import type { FilterEntry } from './filter-entry.js';

/** A timer that fires this much later than it should was held up, and so was what it waits for. */
const HELD_UP = 1_000;

/** A SUBSCRIBE or UNSUBSCRIBE that waits for its answer. */
export type Exchange =
  | {
      readonly type: 'subscribe';
      readonly entries: readonly FilterEntry[];
      readonly requests: readonly SubscribeFilter[];
    }
  | { readonly type: 'unsubscribe'; readonly entries: readonly FilterEntry[] };

type Type = Exchange['type'];

interface Open {
  readonly exchange: Exchange;
  timer: Timer;
  /** Nobody waits any more. Its identifier stays taken: the answer may still come. */
  isGivenUp: boolean;
}

/** What happens to exchanges. */
export interface ExchangesHost {
  /** One was sent, or answered, or given up. */
  exchanged(): void;
  /** No answer came within the time, in milliseconds. */
  unanswered(exchange: Exchange, waited: number): void;
}

/** The packets that wait for SUBACK or UNSUBACK, by identifier. */
export class Exchanges {
  readonly #ids: PacketIds;
  readonly #clock: Clock;
  readonly #host: ExchangesHost;
  readonly #open = new Map<number, Open>();
  #awaited = 0;

  constructor(ids: PacketIds, clock: Clock, host: ExchangesHost) {
    this.#ids = ids;
    this.#clock = clock;
    this.#host = host;
  }

  /** Answers that are due to us. */
  get awaited(): number {
    return this.#awaited;
  }

  /** Registers an exchange; 0 when no identifier is free. */
  begin(exchange: Exchange, patience: number): number {
    const packetId = this.#ids.allocate();
    if (packetId === 0) return 0;
    const open: Open = { exchange, timer: undefined, isGivenUp: false };
    this.#open.set(packetId, open);
    this.#awaited++;
    if (patience !== Infinity) this.#watch(open, patience);
    this.#host.exchanged();
    return packetId;
  }

  /**
   * The exchange that an acknowledgement answers; `undefined` when it was given up.
   * @throws ProtocolError when it answers nothing that was asked, or not all of it.
   */
  take({ packetId, reasonCodes }: SubscribeAck, type: Type, hasCodes: boolean): Exchange | undefined {
    const open = this.#open.get(packetId);
    const name = type === 'subscribe' ? 'a SUBACK' : 'an UNSUBACK';
    if (open?.exchange.type !== type) throw new ProtocolError(PROTOCOL_ERROR, `${name} answers nothing that was asked`);
    // [MQTT-3.8.4-6] [MQTT-3.11.3-2]
    if (hasCodes && reasonCodes.length !== open.exchange.entries.length) {
      throw new ProtocolError(PROTOCOL_ERROR, `${name} has not one reason code per filter`);
    }
    this.#open.delete(packetId);
    this.#ids.release(packetId);
    this.#clock.clearTimeout(open.timer);
    if (open.isGivenUp) return undefined;
    this.#awaited--;
    this.#host.exchanged();
    return open.exchange;
  }

  /** No answer will come any more. Gives back those that were waited for. */
  clear(): Exchange[] {
    const awaited: Exchange[] = [];
    for (const [packetId, { exchange, timer, isGivenUp }] of this.#open) {
      this.#ids.release(packetId);
      this.#clock.clearTimeout(timer);
      if (!isGivenUp) awaited.push(exchange);
    }
    this.#open.clear();
    this.#awaited = 0;
    return awaited;
  }

  #watch(open: Open, patience: number): void {
    const delay = Math.min(patience, LONGEST_DELAY);
    const due = this.#clock.now() + delay;
    open.timer = this.#clock.setTimeout(() => {
      // The answer may be in the socket, unread while the process was busy.
      if (this.#clock.now() > due + HELD_UP) {
        this.#watch(open, patience);
        return;
      }
      open.isGivenUp = true;
      this.#awaited--;
      this.#host.exchanged();
      this.#host.unanswered(open.exchange, patience);
    }, delay);
  }
}
