import {
  CertificateError,
  InvalidOptionsError,
  NetworkError,
  ProviderError,
  UnsupportedError,
} from '../errors/connection-errors.js';
import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import type { EndedBy } from '../connection/connection-state.js';

/** Certificate problems, as OpenSSL and Node name them: trying again does not mend them. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** What the server says, by a TLS alert, when it does not accept our certificate. [RFC 8446, 6.2] */
const ALERT = /ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)/;

/** The typed error for a transport that broke or could not be opened. What is typed already stays. */
export function networkFailure(endpoint: string, connected: boolean, cause: unknown): MqttError {
  if (isMqttError(cause)) return cause;
  const what = connected ? 'the connection was lost' : 'no connection could be made';
  const code = codeOf(cause);
  const reason = describe(cause);
  const text = reason === undefined ? what : `${what}: ${reason}`;
  if (code !== undefined && (CERTIFICATE_CODES.has(code) || ALERT.test(code))) {
    return new CertificateError(endpoint, code, text, { cause });
  }
  return new NetworkError(endpoint, text, cause === undefined ? {} : { cause });
}

/** Who kept a transport from being opened. */
export function failedBy(error: MqttError): EndedBy {
  const ours =
    error instanceof ProviderError || error instanceof InvalidOptionsError || error instanceof UnsupportedError;
  return ours ? 'client' : 'network';
}

function codeOf(cause: unknown): string | undefined {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Node hides the reason of a failed dual-stack connect in the parts of an AggregateError with an empty message. */
function describe(cause: unknown): string | undefined {
  if (cause instanceof Error && cause.message !== '') return cause.message;
  return codeOf(cause);
}
