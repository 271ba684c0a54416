import type { BrokerConnection } from './broker-connection.js';
import type { ScriptedBroker } from './scripted-broker.js';

/** A message that the broker has for the client. */
interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1 | 2;
}

interface Flight extends Message {
  readonly id: number;
  isReleased: boolean;
}

/** The client's session at the broker: delivers in order, never more at once than the client allows, and again after a loss. */
export class WindowedSession {
  /** The most that was unacknowledged at once. */
  most = 0;
  /** What the client did wrong. */
  readonly faults: string[] = [];
  /** Payloads in the order of their first acknowledgement. */
  readonly acknowledged: string[] = [];
  readonly #window: number;
  readonly #queue: Message[] = [];
  readonly #flights = new Map<number, Flight>();
  #id = 0;
  #peer: BrokerConnection | undefined;

  /** Takes over what the broker says about deliveries. */
  constructor(broker: ScriptedBroker, window: number) {
    this.#window = window;
    broker.sessionPresent = (_, index) => index > 0;
    broker.on('connect', (packet, peer) => {
      broker.accept(packet, peer);
      this.#peer = peer;
      for (const flight of this.#flights.values()) this.#sendAgain(flight);
      this.#fill();
    });
    broker.on('puback', ({ messageId, reasonCode }) => {
      this.#acknowledge('PUBACK', messageId!, 1, reasonCode);
      this.#end(messageId!);
    });
    broker.on('pubrec', ({ messageId, reasonCode = 0 }, peer) => {
      const flight = this.#acknowledge('PUBREC', messageId!, 2, reasonCode);
      if (flight === undefined) return;
      if (reasonCode >= 0x80) this.#end(messageId!);
      else {
        flight.isReleased = true;
        peer.send({ cmd: 'pubrel', messageId, reasonCode: 0 });
      }
    });
    broker.on('pubcomp', ({ messageId }) => {
      this.#end(messageId!);
    });
  }

  /** Nothing is queued or under way. */
  get isEmpty(): boolean {
    return this.#queue.length === 0 && this.#flights.size === 0;
  }

  add(...messages: readonly Message[]): void {
    this.#queue.push(...messages);
    this.#fill();
  }

  #fill(): void {
    while (this.#peer?.closed === false && this.#flights.size < this.#window) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      do this.#id = (this.#id % 0xffff) + 1;
      while (this.#flights.has(this.#id));
      const flight: Flight = { ...message, id: this.#id, isReleased: false };
      this.#flights.set(flight.id, flight);
      this.most = Math.max(this.most, this.#flights.size);
      this.#publish(flight, false);
    }
  }

  #sendAgain(flight: Flight): void {
    if (flight.isReleased) this.#peer?.send({ cmd: 'pubrel', messageId: flight.id, reasonCode: 0 });
    else this.#publish(flight, true);
  }

  #publish({ topic, payload, qos, id }: Flight, dup: boolean): void {
    this.#peer?.send({ cmd: 'publish', topic, payload, qos, messageId: id, dup, retain: false });
  }

  /** The oldest of its kind must be acknowledged first. [MQTT-4.6.0-2] [MQTT-4.6.0-3] */
  #acknowledge(name: string, id: number, qos: 1 | 2, reasonCode = 0): Flight | undefined {
    const flight = this.#flights.get(id);
    if (flight?.qos !== qos || flight.isReleased) this.faults.push(`${name} for ${String(id)}, which is not due`);
    for (const each of this.#flights.values()) {
      if (each.qos !== qos || each.isReleased) continue;
      if (each.id !== id) this.faults.push(`${name} for ${String(id)} before ${String(each.id)}`);
      break;
    }
    if (flight !== undefined) this.acknowledged.push(`${flight.payload}${reasonCode >= 0x80 ? ' refused' : ''}`);
    return flight;
  }

  #end(id: number): void {
    this.#flights.delete(id);
    this.#fill();
  }
}
