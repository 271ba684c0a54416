import type { OutgoingLedger } from '../session/outgoing-ledger.js';
import type { BadEntry, RestoredRecord } from '../session/read-session.js';
import type { ExpirySweep } from './expiry-sweep.js';
import type { InFlight } from './in-flight.js';
import { type Failure, sortLost } from './lost-session.js';
import { type Outbox, replaced } from './outbox.js';
import type { OutboundEvents, OutboundOptions } from './outbound-options.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { type RestoreContext, restoreMessages } from './restore-messages.js';

/** Where recovered messages go. */
export interface RecoveryTargets {
  readonly outbox: Outbox;
  readonly inFlight: InFlight;
  readonly sweep: ExpirySweep;
  readonly ledger: OutgoingLedger<OutgoingMessage> | undefined;
}

/** What earlier sessions have left: of a process that is gone, or of a server that has forgotten. */
export class Recovery {
  readonly #targets: RecoveryTargets;
  readonly #onSessionLost: OutboundOptions['onSessionLost'];
  readonly #events: OutboundEvents;

  constructor(targets: RecoveryTargets, { onSessionLost }: OutboundOptions, events: OutboundEvents) {
    this.#targets = targets;
    this.#onSessionLost = onSessionLost;
    this.#events = events;
  }

  /** Messages of an earlier process come before all others. The answer is what no message can be made of. */
  restore(records: readonly RestoredRecord[], context: RestoreContext): readonly BadEntry[] {
    const { outbox, inFlight, sweep, ledger } = this.#targets;
    const { messages, bad } = restoreMessages(records, context);
    for (const message of [...messages].reverse()) {
      message.warn = (error, what) => {
        this.#events.warn(error, what);
      };
      if (message.packetId > 0) inFlight.restore(message);
      else {
        outbox.putBack(message);
        sweep.watch(message.staleAt);
      }
    }
    ledger?.begin(records.at(-1)?.number ?? 0);
    if (messages.length > 0) this.#events.restored(messages);
    return bad;
  }

  /** The session is lost: puts back what goes out again as new; the answer is what fails. */
  startOver(): readonly Failure[] {
    const { outbox, inFlight, ledger, sweep } = this.#targets;
    const { again, doubtful, forgotten } = sortLost(inFlight.takeAll(), this.#onSessionLost);
    const failed: Failure[] = [];
    for (const message of [...again].reverse()) {
      if (!outbox.putBack(message)) {
        failed.unshift({ message, error: replaced(message) });
        continue;
      }
      ledger?.requeued(message);
      sweep.watch(message.staleAt);
    }
    for (const message of forgotten) ledger?.finished(message);
    return [...failed, ...doubtful];
  }
}
