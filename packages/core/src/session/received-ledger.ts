import type { Journal } from './journal.js';
import { receivedKey } from './store-keys.js';

/**
 * Received messages of QoS 2 that were handled, as the store has them: written before their PUBREC leaves, so that a copy
 * that comes after a restart is known, and deleted before PUBCOMP leaves, so that the identifier can be used again.
 */
export class ReceivedLedger {
  readonly #journal: Journal;
  readonly #warn: (error: unknown, what: string) => void;
  readonly #ids = new Set<number>();

  constructor(journal: Journal, warn: (error: unknown, what: string) => void) {
    this.#journal = journal;
    this.#warn = warn;
  }

  /** What the store has already. */
  restore(packetIds: Iterable<number>): void {
    for (const packetId of packetIds) this.#ids.add(packetId);
  }

  /** A message was handled; its PUBREC may leave when `proceed` is called. */
  handled(packetId: number, reasonCode: number, proceed: () => void): void {
    this.#ids.add(packetId);
    this.#journal.take([{ type: 'put', key: receivedKey(packetId), value: Uint8Array.of(reasonCode) }], (error) => {
      if (error !== undefined)
        this.#warn(error, 'the store is behind: a message of QoS 2 may be delivered twice if the process dies');
      proceed();
    });
  }

  /** The server has released the identifier; PUBCOMP may leave when `proceed` is called. */
  released(packetId: number, proceed: () => void): void {
    if (!this.#ids.delete(packetId)) {
      proceed();
      return;
    }
    this.#journal.take([{ type: 'delete', key: receivedKey(packetId) }], (error) => {
      if (error !== undefined)
        this.#warn(error, 'the store is behind: a message of QoS 2 may be taken for a copy if the process dies');
      proceed();
    });
  }

  /** The session is lost. */
  clear(): void {
    const operations = [...this.#ids].map((packetId) => ({ type: 'delete', key: receivedKey(packetId) }) as const);
    this.#ids.clear();
    if (operations.length > 0) this.#journal.take(operations);
  }
}
