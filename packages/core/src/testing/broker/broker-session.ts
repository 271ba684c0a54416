import { Fifo } from '../../internal/fifo.js';
import type { Timer } from '../../internal/clock.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { SubscribeFilter } from '../../wire/codec/subscribe-encoder.js';
import type { BrokerLink } from './broker-link.js';
import type { BrokerMessage } from './broker-message.js';

/** A filter that a client has subscribed to. */
export interface BrokerSubscription extends SubscribeFilter {
  /** The filter without its group. */
  readonly match: string;
  readonly group: string | undefined;
  /** 0 for none. */
  readonly id: number;
}

/** A message on its way to a client. */
export interface Delivery {
  readonly message: BrokerMessage;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly subscriptionIds: readonly number[];
  /** The shared subscription it came by: another member gets it when this session ends. */
  readonly shared: BrokerSubscription | undefined;
}

/** A message that was sent and is not acknowledged; of QoS 2 it may have been received. */
export interface SentDelivery {
  readonly delivery: Delivery;
  received: boolean;
}

/** What a test broker keeps of a client. */
export class BrokerSession {
  readonly clientId: string;
  /** Whether the client spoke MQTT 5 when it was last here. */
  modern = false;
  readonly subscriptions = new Map<string, BrokerSubscription>();
  /** Messages of QoS 1 and 2 that were sent and are not acknowledged, by packet identifier, in their order. */
  readonly sent = new Map<number, SentDelivery>();
  /** Those that wait for the client, or for room in its Receive Maximum. */
  readonly waiting = new Fifo<Delivery>();
  /** Packet identifiers of QoS 2 messages that came and were not released. */
  readonly received = new Set<number>();
  link: BrokerLink | undefined;
  expiryTimer: Timer;
  willTimer: Timer;
  #lastId = 0;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  /** A packet identifier that is not in use. */
  nextId(): number {
    do this.#lastId = (this.#lastId % 65_535) + 1;
    while (this.sent.has(this.#lastId));
    return this.#lastId;
  }
}
