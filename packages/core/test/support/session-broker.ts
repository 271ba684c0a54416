import type { BrokerConnection } from './broker-connection.js';
import type { IConnectPacket, IPublishPacket, PacketLike } from './packets.js';
import { startBroker } from './scripted-broker.js';
import type { ScriptedBroker } from './scripted-broker.js';

/** Where the connection is cut: at the packet of this number, counting both directions, before or after it takes effect. */
export interface Cut {
  readonly step: number;
  readonly when: 'before' | 'after';
}

/** A packet before messages flow, at which one connection is cut: before or after it takes effect at its receiver. */
export interface HandshakeCut {
  /** The first connection is 0. */
  readonly connection: number;
  readonly packet: 'connect' | 'connack' | 'subscribe' | 'suback';
  readonly when: 'before' | 'after';
}

/** How the broker behaves. */
export interface SessionScript {
  readonly cuts: readonly Cut[];
  readonly handshakeCut?: HandshakeCut;
  /** Whether the session survives a cut. */
  readonly session: 'kept' | 'lost';
  /** Calls back with what shall be answered: at once, or a little later. */
  readonly pace: (answer: () => void) => void;
}

/** A message from the broker to the client. */
interface Delivery {
  readonly payload: string;
  readonly id: number;
  readonly qos: 1 | 2;
  state: 'queued' | 'sent' | 'released';
  /** The connection that carried its last packet. */
  on: BrokerConnection | undefined;
}

/**
 * A broker with a session as the specification wants it, that cuts the connection where the script says. It notes every
 * step in which the client leaves the protocol.
 */
export class SessionBroker {
  /** What the broker's application has received, each as often as it was published to it. */
  readonly applied: string[] = [];
  /** What the client did wrong. */
  readonly faults: string[] = [];
  /** The names of the steps so far, for messages. */
  readonly steps: string[] = [];
  /** How often the connection was cut. */
  cutsMade = 0;
  /** Called when a subscription is confirmed. */
  onSubscribed: ((peer: BrokerConnection) => void) | undefined;
  readonly broker: ScriptedBroker;

  readonly #script: SessionScript;
  #hasSession = false;
  #isSubscribed = false;
  /** Whether the client knows that it is. */
  #isConfirmed = false;
  /** Whether there were messages for the subscription. */
  #isStocked = false;
  /** Identifiers of QoS 2 publishes that were not released yet. */
  #unreleased = new Set<number>();
  /** What came last under each identifier, whether it took effect or not. */
  #seen = new Map<number, { readonly text: string; readonly on: BrokerConnection }>();
  #deliveries = new Map<number, Delivery>();
  #lastId = 0;

  private constructor(broker: ScriptedBroker, script: SessionScript) {
    this.broker = broker;
    this.#script = script;
  }

  static async start(script: SessionScript): Promise<SessionBroker> {
    const broker = await startBroker();
    const self = new SessionBroker(broker, script);
    broker.on('connect', (packet, peer) => {
      self.#connected(packet, peer);
    });
    broker.on('publish', (packet, peer) => {
      self.#published(packet, peer);
    });
    broker.on('pubrel', ({ messageId }, peer) => {
      self.#released(messageId!, peer);
    });
    broker.on('puback', ({ messageId }, peer) => {
      self.#acknowledged('puback', messageId!, peer);
    });
    broker.on('pubrec', ({ messageId }, peer) => {
      self.#recorded(messageId!, peer);
    });
    broker.on('pubcomp', ({ messageId }, peer) => {
      self.#acknowledged('pubcomp', messageId!, peer);
    });
    broker.on('subscribe', ({ messageId, subscriptions }, peer) => {
      if (self.#cutsHandshake('subscribe', 'before', peer)) return;
      if (self.#isConfirmed) self.faults.push('subscribed again, though the session was kept');
      self.#isSubscribed = true;
      if (self.#cutsHandshake('subscribe', 'after', peer) || self.#cutsHandshake('suback', 'before', peer)) return;
      peer.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
      self.#isConfirmed = true;
      if (!self.#cutsHandshake('suback', 'after', peer)) self.#stock(peer);
    });
    return self;
  }

  /** Whether there is a session, and nothing on its way to the client. */
  get idle(): boolean {
    return this.#hasSession && this.#deliveries.size === 0;
  }

  /** Whether the session of the moment has its messages. */
  get isStocked(): boolean {
    return this.#isStocked;
  }

  /** Puts messages into the session, and sends them. */
  deliver(peer: BrokerConnection, payloads: readonly string[], qos: 1 | 2): void {
    for (const payload of payloads) {
      const id = ++this.#lastId;
      this.#deliveries.set(id, { payload, id, qos, state: 'queued', on: undefined });
    }
    this.#sendAll(peer);
  }

  #connected(connect: IConnectPacket, peer: BrokerConnection): void {
    if (this.#cutsHandshake('connect', 'before', peer)) return;
    if (connect.clean === true) this.#forget();
    const sessionPresent = this.#hasSession;
    this.#hasSession = true;
    const code = connect.protocolVersion === 5 ? { reasonCode: 0 } : { returnCode: 0 };
    if (this.#cutsHandshake('connect', 'after', peer) || this.#cutsHandshake('connack', 'before', peer)) return;
    peer.send({ cmd: 'connack', sessionPresent, ...code });
    if (this.#cutsHandshake('connack', 'after', peer)) return;
    this.#sendAll(peer);
    if (this.#isSubscribed) this.#stock(peer);
  }

  #stock(peer: BrokerConnection): void {
    if (this.#isStocked) return;
    this.#isStocked = true;
    this.onSubscribed?.(peer);
  }

  #cutsHandshake(packet: HandshakeCut['packet'], when: HandshakeCut['when'], peer: BrokerConnection): boolean {
    const cut = this.#script.handshakeCut;
    if (cut?.packet !== packet || cut.when !== when) return false;
    if (this.broker.connections.indexOf(peer) !== cut.connection) return false;
    this.steps.push(`${packet} cut ${when}`);
    // What the broker sends takes effect at the client, and must reach it.
    this.#cut(peer, when === 'after' && (packet === 'connack' || packet === 'suback') ? 'gently' : 'hard');
    return true;
  }

  #sendAll(peer: BrokerConnection): void {
    for (const delivery of [...this.#deliveries.values()]) {
      const { payload, id, state } = delivery;
      const packet: PacketLike =
        state === 'released'
          ? { cmd: 'pubrel', messageId: id, reasonCode: 0 }
          : publishPacket(delivery, state === 'sent');
      const went = this.#send(peer, `${packet.cmd} ${payload}`, packet, () => {
        delivery.on = peer;
        if (state === 'queued') delivery.state = 'sent';
      });
      if (!went) return;
    }
  }

  #published({ qos, messageId, payload, dup }: IPublishPacket, peer: BrokerConnection): void {
    const id = messageId!;
    const text = payload.toString();
    const name = `PUBLISH ${text}`;
    const before = this.#seen.get(id);
    if (before?.text === text && before.on !== peer && !dup) this.faults.push(`${text} was sent again without DUP`);
    this.#seen.set(id, { text, on: peer });
    if (this.#cutsBefore(name, peer)) return;
    if (dup && this.#script.session === 'lost') this.faults.push(`${text} has DUP in a new session`);
    const known = qos === 2 && this.#unreleased.has(id);
    if (known && !dup) this.faults.push(`identifier ${String(id)} is used by another publish, ${text}`);
    if (!known) this.applied.push(text);
    if (qos === 2) this.#unreleased.add(id);
    if (this.#cutsAfter(peer)) return;
    this.#answer(peer, qos === 1 ? 'puback' : 'pubrec', id);
  }

  #released(id: number, peer: BrokerConnection): void {
    if (this.#cutsBefore(`PUBREL ${String(id)}`, peer)) return;
    const known = this.#unreleased.delete(id);
    if (!known && this.#script.session === 'lost')
      this.faults.push(`PUBREL for ${String(id)}, which this session does not know`);
    if (this.#cutsAfter(peer)) return;
    this.#answer(peer, 'pubcomp', id);
  }

  #recorded(id: number, peer: BrokerConnection): void {
    if (this.#cutsBefore(`PUBREC ${String(id)}`, peer)) return;
    const delivery = this.#claimed('PUBREC', id, peer);
    if (delivery?.state === 'released') this.faults.push(`PUBREC for ${String(id)} twice`);
    if (delivery !== undefined) delivery.state = 'released';
    if (this.#cutsAfter(peer)) return;
    this.#answer(peer, 'pubrel', id);
  }

  #acknowledged(cmd: 'puback' | 'pubcomp', id: number, peer: BrokerConnection): void {
    if (this.#cutsBefore(`${cmd} ${String(id)}`, peer)) return;
    this.#claimed(cmd, id, peer);
    this.#deliveries.delete(id);
    this.#cutsAfter(peer);
  }

  /** The delivery that an acknowledgement is for. It must be one of this connection. */
  #claimed(name: string, id: number, peer: BrokerConnection): Delivery | undefined {
    const delivery = this.#deliveries.get(id);
    if (delivery === undefined) this.faults.push(`${name} for ${String(id)}, which was not sent`);
    else if (delivery.on !== peer)
      this.faults.push(`${name} for ${String(id)} on another connection than its delivery`);
    return delivery;
  }

  #answer(peer: BrokerConnection, cmd: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', messageId: number): void {
    this.#script.pace(() => {
      this.#send(peer, `${cmd} ${String(messageId)}`, { cmd, messageId, reasonCode: 0 });
    });
  }

  #send(peer: BrokerConnection, name: string, packet: PacketLike, effect?: () => void): boolean {
    if (peer.cutByBroker || this.#cutsBefore(name, peer)) return false;
    effect?.();
    peer.send(packet);
    return !this.#cutsAfter(peer, 'gently');
  }

  #cutsBefore(name: string, peer: BrokerConnection): boolean {
    const step = this.steps.length;
    this.steps.push(name);
    if (!this.#script.cuts.some((cut) => cut.step === step && cut.when === 'before')) return false;
    this.#cut(peer, 'hard');
    return true;
  }

  #cutsAfter(peer: BrokerConnection, manner: 'hard' | 'gently' = 'hard'): boolean {
    const step = this.steps.length - 1;
    if (!this.#script.cuts.some((cut) => cut.step === step && cut.when === 'after')) return false;
    this.#cut(peer, manner);
    return true;
  }

  /** A packet that takes effect at the client must reach it: only what follows is lost. */
  #cut(peer: BrokerConnection, manner: 'hard' | 'gently'): void {
    this.cutsMade++;
    if (manner === 'hard') peer.cut();
    else peer.end();
    if (this.#script.session === 'lost') this.#forget();
  }

  #forget(): void {
    this.#hasSession = false;
    this.#isSubscribed = false;
    this.#isConfirmed = false;
    this.#isStocked = false;
    this.#unreleased = new Set();
    this.#seen = new Map();
    this.#deliveries = new Map();
    this.#lastId = 0;
  }
}

function publishPacket({ payload, id, qos }: Delivery, dup: boolean): PacketLike {
  return { cmd: 'publish', topic: 'in', payload, qos, messageId: id, dup, retain: false };
}
