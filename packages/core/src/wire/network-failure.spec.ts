import { CertificateError, InvalidOptionsError, ProviderError, UnsupportedError } from '../errors/connection-errors.js';
import { failedBy, networkFailure } from './network-failure.js';

function failed(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('networkFailure', () => {
  it.each([
    ['an error', failed('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'), ': connect ECONNREFUSED 127.0.0.1:1'],
    ['an error of the handshake', failed('Unexpected server response: 401'), ': Unexpected server response: 401'],
    // What Node throws when both addresses of a name refuse.
    [
      'several errors in one without text',
      Object.assign(new AggregateError([failed('x')]), { code: 'ECONNREFUSED' }),
      ': ECONNREFUSED',
    ],
    ['an error without anything', failed(''), ''],
    ['something else', 'boo', ''],
    ['nothing', undefined, ''],
  ])('says what happened: %s', (_, cause, reason) => {
    const opening = networkFailure('mqtt://h:1883', false, cause);
    expect(opening.message).toBe(`no connection could be made${reason} (mqtt://h:1883)`);
    expect(opening).toMatchObject({ code: 'ERR_MQTT_NETWORK', endpoint: 'mqtt://h:1883', retryable: true });
    expect(opening.cause).toBe(cause);
    expect(networkFailure('mqtt://h:1883', true, cause).message).toBe(
      `the connection was lost${reason} (mqtt://h:1883)`,
    );
  });

  it.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  ])('does not ask for another attempt after %s', (code) => {
    const cause = failed('x', code);
    const error = networkFailure('h', false, cause);
    expect(error).toBeInstanceOf(CertificateError);
    expect(error).toMatchObject({ code: 'ERR_MQTT_CERTIFICATE', reason: code, endpoint: 'h', retryable: false, cause });
  });

  it.each(['ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN', 'toString', 7])(
    'asks for another attempt after %s',
    (code) => {
      expect(networkFailure('h', true, Object.assign(new Error('x'), { code })).retryable).toBe(true);
    },
  );

  it('leaves what is typed already', () => {
    const typed = new ProviderError('tls.key', new Error('x'));
    expect(networkFailure('h', false, typed)).toBe(typed);
  });

  it('is ours where an option is to blame', () => {
    expect(failedBy(new ProviderError('x', undefined))).toBe('client');
    expect(failedBy(new InvalidOptionsError([]))).toBe('client');
    expect(failedBy(new UnsupportedError('x'))).toBe('client');
    expect(failedBy(networkFailure('h', false, undefined))).toBe('network');
  });
});
