import { createTestConnection, type TestConnection } from '@rxmqtt/core/testing';
import { scramSha256 } from './scram-sha-256.js';

// RFC 7677, section 3.
const USER = { username: 'user', password: 'pencil' };
const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const CLIENT_FIRST = `n,,n=user,r=${NONCE}`;
const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const SERVER_FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const CLIENT_FINAL = `c=biws,r=${SERVER_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`;
const SERVER_FINAL = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);

/** Until something has come of promises and cryptography. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(condition()).toBe(true);
}

/** A connection whose server is the test, with the nonce of the RFC. */
async function opened(): Promise<TestConnection> {
  const test = createTestConnection({ authentication: scramSha256(USER, { nonce: () => NONCE }), reconnect: false });
  test.connection.open().catch(() => undefined);
  await until(() => test.wires.length === 1);
  return test;
}

const finished = (data: string) => ({
  properties: { authenticationMethod: 'SCRAM-SHA-256', authenticationData: bytes(data) },
});

describe('SCRAM-SHA-256', () => {
  it('says what the test vector of RFC 7677 says, and connects', async () => {
    const test = await opened();
    expect(test.wire.request.authentication).toMatchObject({ method: 'SCRAM-SHA-256' });
    expect(text(test.wire.request.authentication?.data)).toBe(CLIENT_FIRST);

    test.wire.authenticate(bytes(SERVER_FIRST));
    await until(() => test.wire.sent.length > 0);
    const [step] = test.wire.sent;
    expect(step).toMatchObject({ type: 'auth', reasonCode: 0x18, method: 'SCRAM-SHA-256' });
    expect(text(step?.type === 'auth' ? step.data : undefined)).toBe(CLIENT_FINAL);

    test.wire.connack(finished(SERVER_FINAL));
    expect(test.connection.state.type).toBe('connected');
  });

  it('renews on the connection that is there', async () => {
    const test = await opened();
    test.wire.authenticate(bytes(SERVER_FIRST));
    await until(() => test.wire.sent.length > 0);
    test.wire.connack(finished(SERVER_FINAL));

    const renewal = test.connection.reauthenticate();
    await until(() => test.wire.sent.length === 2);
    test.wire.authenticate(bytes(SERVER_FIRST));
    await until(() => test.wire.sent.length === 3);
    test.wire.authenticate(bytes(SERVER_FINAL), { reasonCode: 0 });
    await renewal;

    expect(test.wire.sent).toMatchObject([{ reasonCode: 0x18 }, { reasonCode: 0x19 }, { reasonCode: 0x18 }]);
    expect(test.connection.state.type).toBe('connected');
  });

  it.each([
    ['another signature', 'v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='],
    ['an error', 'e=other-error'],
    ['nothing that is SCRAM', 'welcome'],
  ])('does not believe a server that ends with %s', async (_, final) => {
    const test = await opened();
    test.wire.authenticate(bytes(SERVER_FIRST));
    await until(() => test.wire.sent.length > 0);
    test.wire.connack(finished(final));
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      cause: { name: 'AuthenticationError', serverRejected: true, retryable: false },
    });
    expect(test.connection.negotiated).toBeUndefined();
  });

  it('does not believe a server that skips the exchange', async () => {
    const test = await opened();
    test.wire.connack(finished(SERVER_FINAL));
    expect(test.connection.state).toMatchObject({ type: 'failed', cause: { serverRejected: true } });
  });

  it.each([
    ['a nonce of its own', `r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['our nonce alone', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['too few iterations', `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`],
    ['far too many iterations', `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999`],
    ['an extension', `m=x,${SERVER_FIRST}`],
    ['a salt that is no Base64', `r=${SERVER_NONCE},s=%%%,i=4096`],
  ])('answers nothing to %s', async (_, first) => {
    const test = await opened();
    test.wire.authenticate(bytes(first));
    await until(() => test.connection.state.type === 'failed');
    expect(test.connection.state).toMatchObject({ cause: { name: 'AuthenticationError', method: 'SCRAM-SHA-256' } });
    expect(test.wire.sent).toEqual([]);
  });

  it('escapes user names, and makes a new nonce each time', async () => {
    const { start } = scramSha256({ username: 'a=b,c', password: 'x' });
    const context = {
      attempt: 1,
      endpoint: { protocol: 'mqtt', host: 'h', port: 1, path: '', label: '' },
      renewal: false,
      signal: new AbortController().signal,
    } as const;
    const [one, other] = await Promise.all([start(context), start(context)]);
    expect(text(one.initialData)).toMatch(/^n,,n=a=3Db=2Cc,r=[\w+/=]{20,}$/);
    expect(text(one.initialData)).not.toBe(text(other.initialData));
  });
});
