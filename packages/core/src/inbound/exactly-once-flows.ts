import type { AckSlot } from './ack-queue.js';

/** An identifier of QoS 2, from the first PUBLISH to PUBREL. The message was delivered once, however often it came. */
export interface ExactlyOnceFlow {
  /** Undefined while it is being handled. */
  reasonCode: number | undefined;
  /** Where its PUBREC is due, on the current connection. */
  slots: AckSlot[];
}

/** The QoS 2 identifiers that the server has not released. They outlive connections, as long as the session does. */
export class ExactlyOnceFlows {
  readonly #flows = new Map<number, ExactlyOnceFlow>();
  /** Those that count against Receive Maximum on this connection. */
  readonly #open = new Set<number>();

  /** How many the server has under way on this connection. */
  get open(): number {
    return this.#open.size;
  }

  isOpen(packetId: number): boolean {
    return this.#open.has(packetId);
  }

  /** The server has one more under way. */
  opened(packetId: number): void {
    this.#open.add(packetId);
  }

  /** What is known of this identifier: then its message must not be delivered again. */
  get(packetId: number): ExactlyOnceFlow | undefined {
    return this.#flows.get(packetId);
  }

  /** A message is delivered for the first time. */
  begin(packetId: number, slot: AckSlot): ExactlyOnceFlow {
    const flow: ExactlyOnceFlow = { reasonCode: undefined, slots: [slot] };
    this.#flows.set(packetId, flow);
    return flow;
  }

  /** A message that an earlier process has handled. */
  restore(packetId: number, reasonCode: number): void {
    this.#flows.set(packetId, { reasonCode, slots: [] });
  }

  /** The flow is over, or given up: the identifier is free again. Answers whether it was known. */
  end(packetId: number): boolean {
    this.#open.delete(packetId);
    return this.#flows.delete(packetId);
  }

  /** The connection is gone, and with it what was due on it. */
  disconnected(): void {
    this.#open.clear();
    for (const flow of this.#flows.values()) flow.slots = [];
  }

  /** The server has forgotten the session. */
  clear(): void {
    this.#flows.clear();
  }
}
