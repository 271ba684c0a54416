import type { Handling } from '../inbound/handling.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';

/** Messages are views of the chunks they came in. So many may hold on to theirs. */
const MAX_CHUNKS = 64;

/** A message that is kept from being acknowledged. */
export interface HeldMessage {
  readonly message: InboundMessage;
  readonly handling: Handling;
  readonly hold: Acknowledger;
}

/** The messages whose acknowledgement an observer owes. */
export class OwedMessages {
  readonly #owed = new Set<HeldMessage>();

  /** The message as the observer gets it, who has to acknowledge it. */
  owe(message: InboundMessage, handling: Handling): InboundMessage {
    if (this.#owed.size >= MAX_CHUNKS) message.detach();
    const hold = handling.hold();
    const owed: HeldMessage = { message, handling, hold };
    this.#owed.add(owed);
    return message.withAcknowledger({
      canRefuse: hold.canRefuse,
      get isSettled() {
        return hold.isSettled;
      },
      settle: (reasonCode) => {
        this.#owed.delete(owed);
        hold.settle(reasonCode);
      },
    });
  }

  /** A connection resumes the session: what was not acknowledged of QoS 1 comes again, as new messages. */
  forgetRepeated(): void {
    for (const owed of this.#owed) {
      if (owed.message.qos !== 1) continue;
      this.#owed.delete(owed);
      owed.hold.settle(0);
    }
  }

  /** Takes everything out. */
  clear(): HeldMessage[] {
    const owed = [...this.#owed];
    this.#owed.clear();
    return owed;
  }
}
