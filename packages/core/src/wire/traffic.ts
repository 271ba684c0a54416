import type { Clock } from '../internal/clock.js';
import { PacketType } from './codec/packet-type.js';

const PINGREQ = PacketType.pingreq << 4;
const PINGRESP = PacketType.pingresp << 4;
const PUBLISH_AGAIN = (PacketType.publish << 4) | 8;
const TYPE_AND_DUP = 0xf8;

/** Somebody who looks at every packet. */
export interface PacketTap {
  /** A packet was read. */
  received(bytes: Uint8Array, bodyStart: number, end: number, first: number): void;
  /** A packet was written; the payload of a large PUBLISH is not part of `bytes`, though its length is told by the header. */
  sent(bytes: Uint8Array): void;
}

/** What goes over the wires of a connection, counted. Plain fields, since every packet passes here. */
export class Traffic {
  bytesIn = 0;
  bytesOut = 0;
  /** By type; 0 is not used. */
  readonly packetsIn: Float64Array = new Float64Array(16);
  readonly packetsOut: Float64Array = new Float64Array(16);
  /** PUBLISH packets with DUP. */
  redelivered = 0;
  /** Milliseconds from the last ping to its answer. */
  roundTrip: number | undefined = undefined;
  tap: PacketTap | undefined = undefined;
  readonly #clock: Pick<Clock, 'now'>;
  #pingedAt: number | undefined = undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** A packet was read, with this first byte. */
  received(first: number, bytes: Uint8Array, bodyStart: number, end: number): void {
    const type = first >> 4;
    this.packetsIn[type]!++;
    if (first === PINGRESP) this.#ponged();
    else if (type === PacketType.connack) this.#answered();
    if (this.tap !== undefined) this.tap.received(bytes, bodyStart, end, first);
  }

  /** Whoever opens the transport may have written CONNECT itself; nobody answers what was not sent. */
  #answered(): void {
    const { packetsIn, packetsOut } = this;
    packetsOut[PacketType.connect] = Math.max(packetsOut[PacketType.connect]!, packetsIn[PacketType.connack]!);
  }

  /** A packet was written; it starts there. */
  sent(slab: Uint8Array, start: number, end: number): void {
    const first = slab[start]!;
    this.packetsOut[first >> 4]!++;
    if ((first & TYPE_AND_DUP) === PUBLISH_AGAIN) this.redelivered++;
    else if (first === PINGREQ) this.#pingedAt ??= this.#clock.now();
    if (this.tap !== undefined) this.tap.sent(slab.subarray(start, end));
  }

  /** A wire is gone: nothing answers its ping any more. */
  ended(): void {
    this.#pingedAt = undefined;
  }

  #ponged(): void {
    if (this.#pingedAt === undefined) return;
    this.roundTrip = this.#clock.now() - this.#pingedAt;
    this.#pingedAt = undefined;
  }
}
