import { ProtocolError } from '../../errors/connection-errors.js';
import { MALFORMED_PACKET } from './packet-type.js';

/** The error for bytes that cannot be a packet. */
export function malformed(what: string): ProtocolError {
  return new ProtocolError(MALFORMED_PACKET, what);
}
