import type { Clock } from '../../internal/clock.js';
import { InboundMessage } from '../../message/inbound-message.js';
import { PacketType } from '../../wire/codec/packet-type.js';
import type { BrokerLink } from './broker-link.js';
import { remainingExpiry } from './broker-message.js';
import type { BrokerSession, Delivery, SentDelivery } from './broker-session.js';
import type { Gate } from './gate.js';

/** Brings messages to clients: QoS 1 and 2 as far as their Receive Maximum goes, and again when a session is resumed. */
export class Deliveries {
  readonly #gate: Gate;
  readonly #clock: Clock;

  constructor(gate: Gate, clock: Clock) {
    this.#gate = gate;
    this.#clock = clock;
  }

  /** A client is back: what it has not acknowledged is repeated, then what waits is sent. [MQTT-4.4.0-1] */
  resume(session: BrokerSession): void {
    for (const [packetId, sent] of session.sent) this.#repeat(session, packetId, sent);
    this.pump(session);
  }

  /** A message for a client; of QoS 0 only if it is there. */
  deliver(session: BrokerSession, delivery: Delivery): void {
    if (delivery.qos > 0) {
      session.waiting.push(delivery);
      this.pump(session);
    } else if (session.link !== undefined) this.#sendMessage(session, session.link, delivery, 0, false);
  }

  /** Sends what waits, as far as the client's Receive Maximum goes. [MQTT-3.3.4-9] */
  pump(session: BrokerSession): void {
    const { link } = session;
    if (link === undefined) return;
    const room = link.request.protocolVersion === 5 ? link.request.receiveMaximum : 65_535;
    while (link.isOpen && session.sent.size < room) {
      const delivery = session.waiting.shift();
      if (delivery === undefined) return;
      const packetId = session.nextId();
      if (remainingExpiry(delivery.message, this.#clock.now()) === 0) continue;
      session.sent.set(packetId, { delivery, received: false });
      this.#sendMessage(session, link, delivery, packetId, false);
    }
  }

  #repeat(session: BrokerSession, packetId: number, { delivery, received }: SentDelivery): void {
    const { link } = session;
    if (link === undefined) return;
    if (received) this.release(link, packetId);
    else this.#sendMessage(session, link, delivery, packetId, true);
  }

  #sendMessage(session: BrokerSession, link: BrokerLink, delivery: Delivery, packetId: number, dup: boolean): void {
    const { message, qos, retain, subscriptionIds } = delivery;
    const { topic, payload } = message;
    const expiry = remainingExpiry(message, this.#clock.now());
    if (expiry === 0) return;
    const modern = link.request.protocolVersion === 5;
    const ids = modern ? subscriptionIds : [];
    const properties = modern
      ? {
          ...message.properties,
          ...(expiry === undefined ? {} : { messageExpiryInterval: expiry }),
          ...(ids.length === 0 ? {} : { subscriptionIdentifiers: ids }),
        }
      : {};
    this.#gate.send(link, { type: 'publish', packetId, topic, payload, qos, retain, dup }, (to) => {
      to.publish(
        new InboundMessage(
          topic,
          payload,
          qos,
          retain,
          dup,
          packetId,
          ids[0] ?? 0,
          ids.length > 1 ? ids : undefined,
          payload,
          0,
          () => properties,
        ),
      );
    });
  }

  /** PUBREL: the client may forget the identifier. */
  release(link: BrokerLink, packetId: number): void {
    this.#gate.send(link, { type: 'pubrel', packetId, reasonCode: 0 }, (to) => {
      to.ack(PacketType.pubrel, { packetId, reasonCode: 0, properties: undefined });
    });
  }
}
