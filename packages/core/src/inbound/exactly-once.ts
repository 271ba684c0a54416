import type { InboundMessage } from '../message/inbound-message.js';
import type { ReceivedLedger } from '../session/received-ledger.js';
import { PacketType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import type { Abandonment } from './abandonment.js';
import { AckQueue } from './ack-queue.js';
import type { AckWatchdog } from './ack-watchdog.js';
import type { ExactlyOnceFlow, ExactlyOnceFlows } from './exactly-once-flows.js';
import type { Handover } from './handover.js';

/**
 * Messages of QoS 2, from PUBLISH over PUBREC and PUBREL to PUBCOMP. Apart from those of QoS 1, since each is delivered once
 * however often it comes: that is known for longer than a connection lasts, and with a store longer than the process does.
 */
export class ExactlyOnce {
  readonly #flows: ExactlyOnceFlows;
  readonly #handover: Handover;
  readonly #abandonment: Abandonment;
  readonly #watchdog: AckWatchdog;
  readonly #ledger: ReceivedLedger | undefined;
  #queue: AckQueue | undefined;
  #wire: Wire | undefined;
  #modern = false;
  #ending = false;

  /** @param ledger takes down what was handled before the server learns of it. */
  constructor(
    flows: ExactlyOnceFlows,
    handover: Handover,
    abandonment: Abandonment,
    watchdog: AckWatchdog,
    ledger: ReceivedLedger | undefined,
  ) {
    this.#flows = flows;
    this.#handover = handover;
    this.#abandonment = abandonment;
    this.#watchdog = watchdog;
    this.#ledger = ledger;
  }

  /** How many wait for their PUBREC. */
  get size(): number {
    return this.#queue?.size ?? 0;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  /** The session is lost: identifiers mean nothing any more. */
  forgetSession(): void {
    this.#flows.clear();
    this.#ledger?.clear();
  }

  /** A connection is there: the answer is the queue of its acknowledgements. */
  connected(wire: Wire, modern: boolean): AckQueue {
    this.#wire = wire;
    this.#modern = modern;
    this.#queue = new AckQueue(PacketType.pubrec, wire, ({ packetId, reasonCode = 0 }) => {
      this.#abandonment.acknowledged(packetId);
      // A negative PUBREC ends the flow. [MQTT 5, 4.3.3]
      if (reasonCode >= 0x80) this.#flows.end(packetId);
    });
    return this.#queue;
  }

  /** The connection is gone, and with it every acknowledgement that was due on it. */
  disconnected(): void {
    this.#wire = undefined;
    this.#queue?.close();
    this.#flows.disconnected();
  }

  /** What is let go of from now on was left, not handled: whoever resumes the session gets it. */
  end(): void {
    this.#ending = true;
  }

  /** A message came, for the first time or again. */
  receive(message: InboundMessage): void {
    const { packetId } = message;
    const queue = this.#queue!;
    this.#flows.opened(packetId);
    const known = this.#flows.get(packetId);
    // Its PUBREC is due already.
    if (known !== undefined && known.reasonCode === undefined && known.slots.length > 0) return;
    const slot = this.#watchdog.enqueue(queue, message);
    if (known !== undefined) {
      // Sent again: it was delivered already, and its PUBREC goes out when that is handled.
      known.slots.push(slot);
      if (known.reasonCode !== undefined) queue.settle(slot, known.reasonCode);
      return;
    }
    const flow = this.#flows.begin(packetId, slot);
    const handling = this.#handover.begin((reasonCode) => {
      this.handled(packetId, flow, reasonCode);
    });
    this.#handover.deliver(message, () => handling);
    handling.end(0);
  }

  /** A message needs no handling any more: its PUBREC may leave, once the store knows. */
  handled(packetId: number, flow: ExactlyOnceFlow, reasonCode: number): void {
    const proceed = (): void => {
      flow.reasonCode ??= reasonCode;
      for (const due of flow.slots) this.#queue?.settle(due, flow.reasonCode);
    };
    // A negative PUBREC ends the flow: there is nothing to be remembered. [MQTT 5, 4.3.3]
    const isOver = flow.reasonCode !== undefined || this.#flows.get(packetId) !== flow;
    if (this.#ledger === undefined || reasonCode >= 0x80 || isOver || this.#ending) proceed();
    else this.#ledger.handled(packetId, reasonCode, proceed);
  }

  /** A PUBREL came: the identifier is free again. */
  released(packetId: number): void {
    // [MQTT 5, 3.7.2.1] 0x92: not known, or not known any more.
    const reasonCode = this.#flows.end(packetId) || !this.#modern ? 0 : 0x92;
    const wire = this.#wire;
    const proceed = (): void => {
      if (wire === this.#wire) wire?.ack(PacketType.pubcomp, packetId, reasonCode);
    };
    if (this.#ledger === undefined) proceed();
    else this.#ledger.released(packetId, proceed);
  }
}
