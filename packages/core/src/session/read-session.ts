import { validateTopicFilter } from '../topics/topic-filter.js';
import { readMessageRecord, type StoredMessage } from './message-record.js';
import { readSentRecord, type SentRecord } from './sent-record.js';
import { readSessionRecord, type SessionIdentity } from './session-record.js';
import type { SessionStore, StoreEntry, StoreOperation } from './session-store.js';
import { quarantineKey, readNumber, SESSION_KEY } from './store-keys.js';

/** Entries kept in quarantine, at most; the rest is deleted. */
const MOST_QUARANTINED = 1_000;

/** A message of an earlier process. */
export interface RestoredRecord extends StoreEntry {
  /** Its place in the order of messages. */
  readonly number: number;
  readonly message: StoredMessage;
  /** How far it had come; `undefined` when it was only waiting. */
  readonly sent: SentRecord | undefined;
}

/** An entry that made no sense. */
export interface BadEntry extends StoreEntry {
  readonly error: unknown;
}

/** What a store has kept. */
export interface StoredSession {
  /** Undefined where no connection was made with this store yet. */
  readonly identity: SessionIdentity | undefined;
  /** In their order. */
  readonly messages: readonly RestoredRecord[];
  /** Reason codes of handled messages of QoS 2, by their packet identifiers. */
  readonly received: ReadonlyMap<number, number>;
  /** Filters that the server has been told. */
  readonly filters: readonly string[];
  readonly bad: readonly BadEntry[];
  /** How many entries are in quarantine already. */
  readonly quarantined: number;
  /** Keys of nothing any more. */
  readonly orphans: readonly string[];
}

/** Reads everything that a store has kept, and checks it: whoever can write to the store can write anything. */
export async function readSession(store: SessionStore): Promise<StoredSession> {
  const found = new SessionReader();
  for await (const entry of store.read()) found.add(entry);
  return found.end();
}

/** The operations that put entries aside, where they harm nobody and can be looked at. */
export function quarantine(entries: readonly StoreEntry[], already: number): StoreOperation[] {
  return entries.flatMap(({ key, value }, index): StoreOperation[] => [
    { type: 'delete', key },
    ...(already + index < MOST_QUARANTINED ? [{ type: 'put', key: quarantineKey(key), value } as const] : []),
  ]);
}

class SessionReader {
  readonly #messages: Omit<RestoredRecord, 'sent'>[] = [];
  readonly #sent = new Map<number, { readonly key: string; readonly record: SentRecord }>();
  readonly #received = new Map<number, number>();
  readonly #filters: string[] = [];
  readonly #bad: BadEntry[] = [];
  #identity: SessionIdentity | undefined;
  #quarantined = 0;

  add(entry: StoreEntry): void {
    try {
      this.#read(entry);
    } catch (error) {
      this.#bad.push({ ...entry, error });
    }
  }

  end(): StoredSession {
    const messages = this.#messages
      .sort((a, b) => a.number - b.number)
      .map((record) => {
        const sent = this.#sent.get(record.number)?.record;
        this.#sent.delete(record.number);
        return { ...record, sent };
      });
    return {
      identity: this.#identity,
      messages,
      received: this.#received,
      filters: this.#filters,
      bad: this.#bad,
      quarantined: this.#quarantined,
      orphans: [...this.#sent.values()].map(({ key }) => key),
    };
  }

  #read({ key, value }: StoreEntry): void {
    if (key === SESSION_KEY) {
      this.#identity = readSessionRecord(value);
      return;
    }
    const slash = key.indexOf('/');
    const room = key.slice(0, slash);
    const rest = key.slice(slash + 1);
    switch (room) {
      case 'message':
        this.#messages.push({ key, value, number: numbered(rest), message: readMessageRecord(value) });
        return;
      case 'sent':
        this.#sent.set(numbered(rest), { key, record: readSentRecord(value) });
        return;
      case 'received':
        this.#received.set(identifier(rest), reasonOf(value));
        return;
      case 'filter': {
        const filter = decodeURIComponent(rest);
        validateTopicFilter(filter);
        this.#filters.push(filter);
        return;
      }
      case 'quarantine':
        this.#quarantined++;
        return;
      default:
        throw new Error('the key is not one of a session');
    }
  }
}

function numbered(text: string): number {
  const number = readNumber(text);
  if (number === undefined) throw new Error('the key has no number');
  return number;
}

function identifier(text: string): number {
  const packetId = numbered(text);
  if (packetId > 0xffff) throw new Error('the key has no packet identifier');
  return packetId;
}

function reasonOf(value: Uint8Array): number {
  const [reasonCode] = value;
  if (value.length !== 1 || reasonCode === undefined || reasonCode >= 0x80)
    throw new Error('the reason code is out of range');
  return reasonCode;
}
