const DIGITS = 16;

/**
 * The keys of a session in its store. Numbers have a fixed width, so that the order of the keys is the order of the messages.
 * - `session`: who we are to the server
 * - `message/<number>`: a message on its way out
 * - `sent/<number>`: how far it has come
 * - `received/<packet identifier>`: a message of QoS 2 that was handled, until the server releases its identifier
 * - `filter/<filter, percent-encoded>`: a filter that the server has been told
 * - `quarantine/<key>`: an entry that made no sense
 */
export const SESSION_KEY = 'session';

/** The rooms of the keys. */
export type KeyRoom = 'message' | 'sent' | 'received' | 'filter' | 'quarantine';

export function messageKey(number: number): string {
  return `message/${padded(number)}`;
}

export function sentKey(number: number): string {
  return `sent/${padded(number)}`;
}

export function receivedKey(packetId: number): string {
  return `received/${String(packetId).padStart(5, '0')}`;
}

export function filterKey(filter: string): string {
  return `filter/${encodeURIComponent(filter)}`;
}

export function quarantineKey(key: string): string {
  return `quarantine/${key}`;
}

/** The number of a message, or `undefined` where the rest of a key is none. */
export function readNumber(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
