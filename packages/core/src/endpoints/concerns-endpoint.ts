import {
  CertificateError,
  ConnectTimeoutError,
  ConnectionRefusedError,
  HandshakeError,
  NetworkError,
  ProtocolError,
  ProxyError,
  ServerDisconnectError,
} from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { isTransientReason } from '../errors/reason-code.js';

/** Unsupported version, use another server, server moved. */
const OF_THE_SERVER: ReadonlySet<number> = new Set([0x84, 0x9c, 0x9d]);

/** Whether another server may do better; a refusal for who we are would be the same everywhere. */
export function concernsEndpoint(error: MqttError): boolean {
  if (error instanceof ConnectionRefusedError || error instanceof ServerDisconnectError) {
    return isTransientReason(error.reasonCode) || OF_THE_SERVER.has(error.reasonCode);
  }
  return (
    error instanceof NetworkError ||
    error instanceof CertificateError ||
    error instanceof HandshakeError ||
    error instanceof ProxyError ||
    error instanceof ConnectTimeoutError ||
    error instanceof ProtocolError
  );
}
