import type { Clock } from '../internal/clock.js';
import type { Journal } from '../session/journal.js';
import { type LedgerEvents, OutgoingLedger } from '../session/outgoing-ledger.js';
import type { MessageAge } from './message-age.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** What of the store's answers concerns others than the message itself. */
export type MessageLedgerEvents = Pick<LedgerEvents<OutgoingMessage>, 'failed' | 'warn'>;

/** The ledger of outgoing messages: what `session/`, which is not to know more of a message than its record, has to be told of one. */
export function messageLedger(
  journal: Journal,
  clock: Clock,
  age: MessageAge,
  events: MessageLedgerEvents,
): OutgoingLedger<OutgoingMessage> {
  return new OutgoingLedger<OutgoingMessage>(journal, clock, {
    ...events,
    durable: (message) => {
      message.accept();
    },
    age: (message) => age.age(message),
    isWaiting: ({ phase }) => phase === 'queued',
  });
}
