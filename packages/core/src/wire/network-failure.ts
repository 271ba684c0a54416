import { NetworkError } from '../errors/connection-errors.js';

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
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The typed error for a transport that broke or could not be opened. */
export function networkFailure(endpoint: string, connected: boolean, cause: unknown): NetworkError {
  const what = connected ? 'the connection was lost' : 'no connection could be made';
  const reason = describe(cause);
  const retryable = !CERTIFICATE_CODES.has(codeOf(cause) ?? '');
  return new NetworkError(endpoint, reason === undefined ? what : `${what}: ${reason}`, {
    retryable,
    ...(cause === undefined ? {} : { cause }),
  });
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
