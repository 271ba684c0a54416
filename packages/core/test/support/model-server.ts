import type { ScriptedWire, SentPacket } from '../../src/testing/index.js';

type ModelAck = Readonly<{ type: 4 | 5 | 7; packetId: number }>;

/** A server as the specification wants it, with the network before it: what is under way when it is cut is lost. */
export class ModelServer {
  /** How often each message was given to subscribers. */
  readonly delivered = new Map<string, number>();
  /** QoS 2 identifiers between PUBLISH and PUBREL. */
  readonly #received = new Map<number, string>();
  #answers: ModelAck[] = [];
  #read = 0;

  forget(): void {
    this.#received.clear();
  }

  cut(): void {
    this.#answers = [];
    this.#read = 0;
  }

  serve(wire: ScriptedWire, count: number): void {
    for (; count > 0 && this.#read < wire.sent.length; count--) this.#take(wire.sent[this.#read++]!);
  }

  answer(wire: ScriptedWire, count: number, onAnswer: (ack: ModelAck) => void): void {
    for (const ack of this.#answers.splice(0, count)) {
      onAnswer(ack);
      wire.acknowledge(ack.type, ack.packetId);
    }
  }

  get isDone(): boolean {
    return this.#answers.length === 0;
  }

  #take(packet: SentPacket): void {
    if (packet.type === 'publish') {
      const { qos, packetId, dup } = packet;
      const payload = textOf(packet.payload);
      if (qos === 2) {
        const before = this.#received.get(packetId);
        if (before !== undefined && before !== payload)
          throw new Error(`identifier ${packetId} of ${before} was used for ${payload}`);
        if (before !== undefined && !dup) throw new Error(`${before} came twice, but not as a duplicate`);
        if (before === undefined) this.#deliver(payload);
        this.#received.set(packetId, payload);
      } else this.#deliver(payload);
      if (qos > 0) this.#answers.push({ type: qos === 1 ? 4 : 5, packetId });
    } else if (packet.type === 'ack') {
      this.#received.delete(packet.packetId);
      this.#answers.push({ type: 7, packetId: packet.packetId });
    }
  }

  #deliver(payload: string): void {
    this.delivered.set(payload, (this.delivered.get(payload) ?? 0) + 1);
  }
}

/** What comes out of a store is bytes, whatever it was. */
function textOf(payload: string | Uint8Array): string {
  return typeof payload === 'string' ? payload : Buffer.from(payload).toString();
}
