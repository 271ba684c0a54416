import { ProtocolError } from '../errors/connection-errors.js';
import { QUOTA_EXCEEDED, RECEIVE_MAXIMUM_EXCEEDED } from '../wire/codec/packet-type.js';

/** What may be unacknowledged at once. */
export interface ReceiveLimits {
  readonly receiveMaximum: number;
  /** On MQTT 3.x. */
  readonly maxBytes: number;
}

/** [MQTT-3.3.4-7] One message more than we have announced, which is a protocol error. `open` are there already. */
export function countExceeded({ receiveMaximum }: ReceiveLimits, open: number): ProtocolError | undefined {
  if (open < receiveMaximum) return undefined;
  const what = `more than ${String(receiveMaximum)} messages came ahead of their acknowledgements`;
  return new ProtocolError(RECEIVE_MAXIMUM_EXCEEDED, what);
}

/** MQTT 3.x has no such announcement: bytes are the limit, for all but a message that is alone. */
export function bytesExceeded({ maxBytes }: ReceiveLimits, bytes: number, size: number): ProtocolError | undefined {
  if (bytes === 0 || bytes + size <= maxBytes) return undefined;
  const what = `unacknowledged messages of more than ${String(maxBytes)} bytes (receive.maxBytes) came`;
  return new ProtocolError(QUOTA_EXCEEDED, what);
}
