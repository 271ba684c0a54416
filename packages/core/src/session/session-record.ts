import { decodeUtf8, encodeUtf8, utf8Length } from '../internal/utf8.js';

const FORMAT = 1;

/** Who we are to the server: without it, nobody can come back to the session. */
export interface SessionIdentity {
  readonly clientId: string;
}

export function writeSessionRecord({ clientId }: SessionIdentity): Uint8Array {
  return encodeUtf8(JSON.stringify({ format: FORMAT, clientId }));
}

/** Throws where the bytes are no such record. */
export function readSessionRecord(bytes: Uint8Array): SessionIdentity {
  const record = JSON.parse(decodeUtf8(bytes, 0, bytes.length)) as { format?: unknown; clientId?: unknown } | null;
  if (record?.format !== FORMAT) throw new Error('the format is not known');
  const { clientId } = record;
  if (typeof clientId !== 'string' || clientId.includes('\0')) throw new Error('the client identifier is no text');
  const length = utf8Length(clientId);
  if (length < 1 || length > 0xffff) throw new Error('the client identifier cannot be sent');
  return { clientId };
}
