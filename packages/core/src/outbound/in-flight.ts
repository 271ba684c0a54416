import type { OutgoingLedger } from '../session/outgoing-ledger.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import { type AckType, PacketType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { SlotTable } from './slot-table.js';

const LAST_PACKET_ID = 65_535;
/** Reason code of PUBACK, PUBREL and PUBCOMP: not known, or not known any more. */
const PACKET_ID_NOT_FOUND = 0x92;

/** Writes a message of QoS 1 or 2. */
export type Send = (message: OutgoingMessage, dup: boolean) => void;

/**
 * Messages of QoS 1 and 2 from their first PUBLISH to their last acknowledgement, in sending order. They outlive
 * connections; on each, no more than the window are under way at once.
 */
export class InFlight {
  readonly #ids: PacketIds;
  readonly #send: Send;
  readonly #finished: (message: OutgoingMessage, ack: Ack) => void;
  readonly #ledger: OutgoingLedger<OutgoingMessage> | undefined;
  readonly #messages = new SlotTable();
  /** What must be sent again on this connection, before anything new. */
  #again: OutgoingMessage[] = [];
  #next = 0;
  /** How many are under way on this connection. */
  #underWay = 0;
  /** Which connection this is, to tell what is under way on it. */
  #epoch = 0;
  #window = 0;
  #wire: Wire | undefined;
  #modern = false;

  /** @param ledger takes down each step before it shows on the wire. */
  constructor(
    ids: PacketIds,
    send: Send,
    finished: (message: OutgoingMessage, ack: Ack) => void,
    ledger?: OutgoingLedger<OutgoingMessage>,
  ) {
    this.#ledger = ledger;
    this.#ids = ids;
    this.#send = send;
    this.#finished = finished;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** Whether one more may be sent now. */
  get isOpen(): boolean {
    return this.#again.length === 0 && this.#underWay < this.#window && this.#messages.size < LAST_PACKET_ID;
  }

  /** A connection that resumes the session is there. */
  connected(wire: Wire, window: number, modern: boolean): void {
    this.#wire = wire;
    this.#window = window;
    this.#modern = modern;
    this.#underWay = 0;
    this.#epoch++;
    this.#again = this.#messages.inOrder();
    this.#next = 0;
  }

  disconnected(): void {
    this.#wire = undefined;
    this.#window = 0;
    this.#underWay = 0;
    this.#forgetAgain();
  }

  /** Sends a message for the first time; `false` when there is no identifier for it. */
  start(message: OutgoingMessage): boolean {
    const id = this.#ids.allocate();
    if (id === 0) return false;
    message.packetId = id;
    message.phase = 'sent';
    message.isWritten = false;
    this.#messages.add(message);
    this.#depart(message);
    if (this.#ledger === undefined) this.#write(message, false);
    else this.#ledger.sent(message, this.#proceed);
    return true;
  }

  /** A message that an earlier process has sent, or that the server has received, under an identifier it still has. */
  restore(message: OutgoingMessage): void {
    this.#messages.add(message);
  }

  /** Takes a message out again that was not written yet; `false` when it is not here. */
  withdraw(message: OutgoingMessage): boolean {
    if (this.#messages.get(message.packetId) !== message) return false;
    this.#takeOut(message);
    return true;
  }

  /** What was never written: it waits for the store. */
  unwritten(): OutgoingMessage[] {
    return this.#ledger === undefined
      ? []
      : this.#messages.inOrder().filter(({ isWritten, wasSent }) => !isWritten && !wasSent);
  }

  /** Sends again what a connection before this one left unfinished: same identifier, same order, DUP. [MQTT-4.4.0-1] */
  redeliver(): void {
    const wire = this.#wire;
    let index = this.#next;
    for (; index < this.#again.length && this.#underWay < this.#window && wire?.congested === false; index++) {
      const message = this.#again[index]!;
      // It may have been acknowledged meanwhile.
      if (this.#messages.get(message.packetId) !== message) continue;
      this.#depart(message);
      if (message.phase === 'received') wire.ack(PacketType.pubrel, message.packetId, 0);
      else {
        // It may have been taken down for the connection before, and not have left in time.
        message.redelivered = message.isWritten;
        this.#write(message, message.isWritten);
      }
    }
    this.#next = index;
    if (index === this.#again.length) this.#forgetAgain();
  }

  /** A PUBACK, PUBREC or PUBCOMP came. What fits nothing has no effect: it may be late. */
  acknowledged(type: Exclude<AckType, 6>, ack: Ack): void {
    const message = this.#messages.get(ack.packetId);
    if (type === PacketType.pubrec) this.#received(message, ack);
    else if (message === undefined) return;
    else if (type === PacketType.puback ? message.qos === 1 : message.phase === 'received') this.#finish(message, ack);
  }

  /** The session is lost: everything is taken out, in sending order. */
  takeAll(): OutgoingMessage[] {
    const messages = this.#messages.inOrder();
    this.#messages.clear();
    for (const { packetId } of messages) this.#ids.release(packetId);
    return messages;
  }

  #forgetAgain(): void {
    this.#again = [];
    this.#next = 0;
  }

  #depart(message: OutgoingMessage): void {
    message.epoch = this.#epoch;
    this.#underWay++;
  }

  #received(message: OutgoingMessage | undefined, ack: Ack): void {
    if (message?.qos !== 2) {
      if (this.#modern) this.#wire?.ack(PacketType.pubrel, ack.packetId, PACKET_ID_NOT_FOUND);
    } else if (ack.reasonCode >= 0x80) this.#finish(message, ack);
    else {
      message.phase = 'received';
      message.received = ack;
      if (this.#ledger === undefined) this.#release(message);
      else this.#ledger.received(message, this.#release);
    }
  }

  #write(message: OutgoingMessage, dup: boolean): void {
    message.wasSent = true;
    message.isWritten = true;
    this.#send(message, dup);
  }

  /** It is in the store under its identifier. */
  readonly #proceed = (message: OutgoingMessage): void => {
    if (this.#isUnderWay(message) && !message.isWritten) this.#write(message, false);
  };

  readonly #release = (message: OutgoingMessage): void => {
    if (this.#isUnderWay(message)) this.#wire?.ack(PacketType.pubrel, message.packetId, 0);
  };

  #isUnderWay(message: OutgoingMessage): boolean {
    return (
      this.#wire !== undefined && message.epoch === this.#epoch && this.#messages.get(message.packetId) === message
    );
  }

  #finish(message: OutgoingMessage, ack: Ack): void {
    const result = outcome(message, ack);
    this.#takeOut(message);
    this.#finished(message, result);
  }

  #takeOut(message: OutgoingMessage): void {
    this.#messages.delete(message.packetId);
    this.#ids.release(message.packetId);
    // It may be acknowledged by a connection on which it was not sent again yet.
    if (message.epoch === this.#epoch) this.#underWay--;
    message.phase = 'none';
  }
}

/** What an acknowledgement means for its message. */
function outcome(message: OutgoingMessage, ack: Ack): Ack {
  const { reasonCode } = ack;
  // PUBCOMP does not repeat what PUBREC said.
  if (reasonCode === 0 && message.received !== undefined) return { ...ack, ...message.received };
  // The server had finished the message before the connection was lost.
  if (reasonCode === PACKET_ID_NOT_FOUND && (message.phase === 'received' || message.redelivered)) {
    return { ...ack, reasonCode: message.received?.reasonCode ?? 0 };
  }
  return ack;
}
