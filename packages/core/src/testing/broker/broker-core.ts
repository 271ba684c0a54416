import type { Clock } from '../../internal/clock.js';
import { parseSharedFilter } from '../../topics/shared-subscription.js';
import type { AckType } from '../../wire/codec/packet-type.js';
import type { Properties } from '../../wire/codec/property-table.js';
import type { PublishPacket } from '../../wire/codec/publish-encoder.js';
import type { SubscribeFilter } from '../../wire/codec/subscribe-encoder.js';
import { Answers } from './answers.js';
import type { BrokerLink, LinkServer } from './broker-link.js';
import type { BrokerMessage } from './broker-message.js';
import type { BrokerLimits, TestBrokerOptions } from './broker-options.js';
import type { BrokerPacket } from './broker-packet.js';
import { BrokerSession, type BrokerSubscription, type Delivery } from './broker-session.js';
import { announcedLimits, connectRefusal, subscribeRefusal } from './broker-terms.js';
import { Distribution } from './distribution.js';
import { Deliveries } from './deliveries.js';
import { FaultScript } from './fault.js';
import { Gate } from './gate.js';
import { Lifetimes } from './lifetimes.js';
import { RetainedMessages } from './retained-messages.js';

/** What others want to know of what goes on. */
export interface BrokerEvents {
  packet(packet: BrokerPacket): void;
  /** A message was accepted. */
  message(message: BrokerMessage, clientId: string | undefined): void;
}

/** The protocol as a server keeps it: sessions, subscriptions, deliveries, retained messages and wills. */
export class BrokerCore implements LinkServer {
  readonly sessions = new Map<string, BrokerSession>();
  readonly retained = new RetainedMessages();
  readonly faults = new FaultScript();
  readonly #options: TestBrokerOptions;
  readonly #clock: Clock;
  readonly #events: BrokerEvents;
  readonly #distribution = new Distribution();
  readonly #gate: Gate;
  readonly #answers: Answers;
  readonly #deliveries: Deliveries;
  readonly #lifetimes: Lifetimes;
  limits: BrokerLimits;
  #assigned = 0;

  constructor(options: TestBrokerOptions, clock: Clock, events: BrokerEvents) {
    this.#options = options;
    this.limits = options;
    this.#clock = clock;
    this.#events = events;
    for (const fault of options.faults ?? []) this.faults.add(fault);
    this.#gate = new Gate(this.faults, events, {
      gone: (link) => {
        this.gone(link);
      },
      kick: (link, reasonCode) => {
        this.#kick(link, reasonCode);
      },
    });
    this.#answers = new Answers(this.#gate);
    this.#deliveries = new Deliveries(this.#gate, clock);
    this.#lifetimes = new Lifetimes(clock, {
      publishWill: (message, clientId) => this.accept(message, clientId),
      ended: (session, left) => {
        this.#inherit(session, left);
      },
    });
  }

  connect(link: BrokerLink): void {
    this.#gate.receive(link, { from: 'client', clientId: link.clientId, type: 'connect' }, (refusal) => {
      const reasonCode = refusal ?? connectRefusal(link.request, this.#options);
      if (reasonCode !== undefined) {
        this.#answers.connack(link, false, reasonCode, {});
        link.hangUp(reasonCode);
        return;
      }
      const properties = announcedLimits(link.request, this.limits);
      if (link.clientId === '') {
        link.clientId = `assigned-${String(++this.#assigned)}`;
        properties.assignedClientIdentifier = link.clientId;
      }
      const known = this.sessions.get(link.clientId);
      // [MQTT-3.1.4-3]
      if (known?.link !== undefined) {
        const old = known.link;
        this.#lifetimes.leave(known, this.limits, true);
        old.hangUp(0x8e);
      }
      this.#open(link, known, properties);
    });
  }

  #open(link: BrokerLink, known: BrokerSession | undefined, properties: Properties): void {
    const sessionPresent = known !== undefined && !link.request.clean;
    if (known !== undefined && !sessionPresent) this.#lifetimes.end(known);
    const session = sessionPresent ? known : new BrokerSession(link.clientId);
    this.#lifetimes.resume(session);
    this.sessions.set(link.clientId, session);
    session.link = link;
    session.modern = link.request.protocolVersion === 5;
    this.#answers.connack(link, sessionPresent, 0, properties);
    this.#deliveries.resume(session);
  }

  publish(
    link: BrokerLink,
    packet: BrokerPacket,
    properties: PublishPacket['properties'],
    expiry: number | undefined,
  ): void {
    this.#gate.receive(link, packet, (refusal) => {
      const { packetId = 0, topic = '', payload = new Uint8Array(), qos = 0, retain = false } = packet;
      const session = this.#sessionOf(link);
      if (session === undefined) return;
      const repeated = qos === 2 && session.received.has(packetId);
      if (qos > 0) {
        link.unanswered.add(packetId);
        // [MQTT-3.3.4-9]
        if (link.unanswered.size > (this.limits.receiveMaximum ?? 65_535)) {
          this.#kick(link, 0x93);
          return;
        }
      }
      const { messageExpiryInterval: _, ...rest } = properties ?? {};
      const expiresAt = expiry === undefined ? Infinity : this.#clock.now() + expiry * 1000;
      const message: BrokerMessage = { topic, payload, qos, retain, properties: rest, expiresAt };
      let reasonCode = refusal ?? 0;
      if (reasonCode === 0 && !repeated) {
        const found = this.accept(message, link.clientId);
        if (found === 0 && link.request.protocolVersion === 5) reasonCode = 0x10;
      }
      if (qos === 2 && reasonCode < 0x80) session.received.add(packetId);
      if (qos > 0) this.#answers.ack(link, qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode);
    });
  }

  /** Takes a message and gives it to whoever wants it; the answer is how many do. */
  accept(message: BrokerMessage, from: string | undefined): number {
    if (message.retain) this.retained.store(message);
    this.#events.message(message, from);
    const { overlap } = this.#options;
    const routes = this.#distribution.routes(
      message,
      from,
      this.sessions.values(),
      ({ modern }) => overlap ?? (modern ? 'each' : 'once'),
    );
    for (const { session, delivery } of routes) this.#deliveries.deliver(session, delivery);
    return routes.length;
  }

  acknowledge(link: BrokerLink, _type: AckType, packet: BrokerPacket): void {
    this.#gate.receive(link, packet, () => {
      const session = this.#sessionOf(link);
      const { packetId = 0, reasonCode = 0 } = packet;
      const sent = session?.sent.get(packetId);
      if (session === undefined) return;
      if (packet.type === 'pubrel') {
        const known = session.received.delete(packetId);
        this.#answers.ack(link, 'pubcomp', packetId, known || link.request.protocolVersion !== 5 ? 0 : 0x92);
      } else if (packet.type === 'pubrec' && reasonCode < 0x80) {
        if (sent !== undefined) sent.received = true;
        this.#deliveries.release(link, packetId);
      } else if (session.sent.delete(packetId)) this.#deliveries.pump(session);
    });
  }

  subscribe(link: BrokerLink, packet: BrokerPacket, filters: readonly SubscribeFilter[], subscriptionId: number): void {
    this.#gate.receive(link, packet, (refusal) => {
      const session = this.#sessionOf(link);
      if (session === undefined) return;
      const reasonCodes: number[] = [];
      const retained: Delivery[] = [];
      for (const each of filters) {
        const isNew = !session.subscriptions.has(each.filter);
        const code = refusal ?? subscribeRefusal(each.filter, this.limits);
        reasonCodes.push(
          code === undefined
            ? Math.min(each.qos, this.limits.maximumQoS ?? 2)
            : link.request.protocolVersion === 5
              ? code
              : 0x80,
        );
        if (code !== undefined) continue;
        const shared = parseSharedFilter(each.filter);
        const subscription: BrokerSubscription = {
          ...each,
          match: shared?.filter ?? each.filter,
          group: shared?.group,
          id: subscriptionId,
        };
        session.subscriptions.set(each.filter, subscription);
        // [MQTT-3.3.1-9] to [MQTT-3.3.1-11], and not for groups.
        if (shared !== undefined || each.retainHandling === 2 || (each.retainHandling === 1 && !isNew)) continue;
        retained.push(...this.retained.replay(each, subscriptionId, this.#clock.now()));
      }
      const { packetId = 0 } = packet;
      this.#answers.suback(link, packetId, reasonCodes);
      for (const delivery of retained) this.#deliveries.deliver(session, delivery);
    });
  }

  unsubscribe(link: BrokerLink, packet: BrokerPacket): void {
    this.#gate.receive(link, packet, (refusal) => {
      const { packetId = 0, filters = [] } = packet;
      const session = this.#sessionOf(link);
      const reasonCodes = filters.map(
        (filter) => refusal ?? (session?.subscriptions.delete(filter) === true ? 0 : 0x11),
      );
      this.#answers.unsuback(link, packetId, reasonCodes);
    });
  }

  ping(link: BrokerLink, packet: BrokerPacket): void {
    this.#gate.receive(link, packet, () => {
      this.#answers.pingresp(link);
    });
  }

  disconnect(link: BrokerLink, packet: BrokerPacket, sessionExpiry: number | undefined): void {
    this.#gate.receive(link, packet, () => {
      const session = this.#sessionOf(link);
      link.cut();
      // [MQTT-3.14.4-3]
      if (session !== undefined) this.#lifetimes.leave(session, this.limits, packet.reasonCode !== 0, sessionExpiry);
    });
  }

  gone(link: BrokerLink): void {
    link.cut();
    const session = this.#sessionOf(link);
    if (session !== undefined) this.#lifetimes.leave(session, this.limits, true);
  }

  /** The connections of these clients, or of all, break. */
  cut(clientId?: string): void {
    for (const session of [...this.sessions.values()]) {
      if (session.link !== undefined && (clientId === undefined || session.clientId === clientId))
        this.gone(session.link);
    }
  }

  /** Forgets every session, as a broker without persistence does when it is started again. */
  forget(): void {
    for (const session of [...this.sessions.values()]) this.#lifetimes.end(session);
  }

  #sessionOf(link: BrokerLink): BrokerSession | undefined {
    const session = this.sessions.get(link.clientId);
    return session?.link === link ? session : undefined;
  }

  /** Hangs up on a client. */
  #kick(link: BrokerLink, reasonCode: number): void {
    const session = this.#sessionOf(link);
    if (session !== undefined) this.#lifetimes.leave(session, this.limits, true);
    link.hangUp(reasonCode);
  }

  /** What an ended session had of consumer groups goes to other members. */
  #inherit({ clientId }: BrokerSession, left: readonly Delivery[]): void {
    this.sessions.delete(clientId);
    for (const { message, shared } of left) {
      const routes = this.#distribution.routes(message, undefined, this.sessions.values(), () => 'each');
      const next = routes.find(({ delivery }) => delivery.shared?.filter === shared?.filter);
      if (next !== undefined) this.#deliveries.deliver(next.session, next.delivery);
    }
  }
}
