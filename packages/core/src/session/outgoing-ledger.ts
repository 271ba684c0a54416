import type { Clock } from '../internal/clock.js';
import { StoreError } from '../errors/store-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import type { PublishPacket } from '../wire/codec/publish-encoder.js';
import type { Journal } from './journal.js';
import { MessageRecordWriter } from './message-record.js';
import { writeSentRecord } from './sent-record.js';
import type { StoreOperation } from './session-store.js';
import { messageKey, sentKey } from './store-keys.js';

/** What the ledger needs of a message. */
export interface LedgerMessage extends PublishPacket {
  /** Its place in the order of messages; those of an earlier process have none above 0. */
  readonly sequence: number;
  readonly packetId: number;
  /** What PUBREC said. */
  readonly received: Ack | undefined;
  /** Whether the ledger has it. */
  recorded: boolean;
}

/** What comes of it. */
export interface LedgerEvents<M> {
  /** The message is in the store. */
  durable(message: M): void;
  /** The store did not take it. */
  failed(message: M, error: StoreError): void;
  warn(error: unknown, what: string): void;
  /** How long ago it was published, in milliseconds. */
  age(message: M): number;
  /** Whether it still waits to be sent. */
  isWaiting(message: M): boolean;
}

/**
 * Messages of QoS 1 and 2 on their way out, as the store has them. Each step is written before what it allows happens on the
 * wire: stored, then sent; PUBREC stored, then PUBREL. A process that dies between any two of them loses nothing and, with
 * QoS 2, doubles nothing. QoS 0 is at most once, and no business of the store.
 */
export class OutgoingLedger<M extends LedgerMessage> {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #events: LedgerEvents<M>;
  readonly #records = new MessageRecordWriter();
  /** Messages taken before it was known where their keys begin. */
  #early: M[] | undefined = [];
  #base = 0;

  constructor(journal: Journal, clock: Clock, events: LedgerEvents<M>) {
    this.#journal = journal;
    this.#clock = clock;
    this.#events = events;
  }

  /** The last number that an earlier process has used: new messages come after it. */
  begin(last: number): void {
    this.#base = last;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) if (this.#events.isWaiting(message)) this.queued(message);
  }

  /** A message waits in the outbox. */
  queued(message: M): void {
    if (this.#early !== undefined) {
      this.#early.push(message);
      return;
    }
    this.#journal.take([this.#put(message)], (error) => {
      this.#taken(message, error);
    });
  }

  /** A message has its packet identifier; it may leave when `proceed` is called. */
  sent(message: M, proceed: (message: M) => void): void {
    const isNew = !message.recorded;
    const operations = isNew ? [this.#put(message)] : [];
    operations.push(this.#putSent(message));
    this.#journal.take(operations, (error) => {
      if (isNew) this.#taken(message, error);
      else if (error !== undefined) this.#behind(error, message, 'it may be sent twice if the process dies');
      if (!isNew || error === undefined) proceed(message);
    });
  }

  /** PUBREC came; PUBREL may leave when `proceed` is called. */
  received(message: M, proceed: (message: M) => void): void {
    this.#journal.take([this.#putSent(message)], (error) => {
      if (error !== undefined) this.#behind(error, message, 'it may be sent twice if the process dies');
      proceed(message);
    });
  }

  /** The session is lost, and the message waits again. */
  requeued(message: M): void {
    if (message.recorded) this.#journal.take([{ type: 'delete', key: sentKey(this.#number(message)) }]);
  }

  /** The message is done with. */
  finished(message: M): void {
    if (!message.recorded) return;
    message.recorded = false;
    const number = this.#number(message);
    const operations: StoreOperation[] = [
      { type: 'delete', key: messageKey(number) },
      { type: 'delete', key: sentKey(number) },
    ];
    this.#journal.take(operations, (error) => {
      if (error !== undefined) this.#behind(error, message, 'it may be sent again after a restart');
    });
  }

  #taken(message: M, error: StoreError | undefined): void {
    if (error === undefined) {
      this.#events.durable(message);
      return;
    }
    const what = `the message for ${quoteText(message.topic)} could not be stored`;
    this.#events.failed(message, new StoreError(what, { cause: error.cause }));
  }

  #behind(error: StoreError, { topic }: M, consequence: string): void {
    this.#events.warn(error, `the store is behind with the message for ${quoteText(topic)}: ${consequence}`);
  }

  #put(message: M): StoreOperation {
    message.recorded = true;
    const value = this.#records.write(message, this.#clock.date() - this.#events.age(message));
    return { type: 'put', key: messageKey(this.#number(message)), value };
  }

  #putSent(message: M): StoreOperation {
    return {
      type: 'put',
      key: sentKey(this.#number(message)),
      value: writeSentRecord(message.packetId, message.received),
    };
  }

  #number({ sequence }: M): number {
    return this.#base + sequence;
  }
}
