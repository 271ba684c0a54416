import { srv } from '../endpoints/srv.js';
import { NetworkError } from '../errors/connection-errors.js';
import { createTestConnection } from '../testing/index.js';

/** Lets promises run. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('several servers', () => {
  it('are tried without a wait, then the policy waits, and it begins again', () => {
    const { connection, clock, wires } = createTestConnection({
      endpoints: ['mqtt://b.test'],
      reconnect: { initialDelay: 100, jitter: 'none' },
    });
    connection.open().catch(() => undefined);
    wires[0]!.cut();
    clock.advance(0);
    expect(wires.map(({ request }) => request.endpoint.host)).toEqual(['test.invalid', 'b.test']);
    wires[1]!.cut();
    clock.advance(99);
    expect(wires).toHaveLength(2);
    clock.advance(1);
    expect(wires[2]!.request.endpoint.host).toBe('test.invalid');
    wires[2]!.connack();
    expect(connection.state.type).toBe('connected');
  });

  it('are all tried when nothing is tried again', async () => {
    const { connection, clock, wires } = createTestConnection({ endpoints: ['mqtt://b.test'], reconnect: false });
    const opened = connection.open();
    wires[0]!.cut();
    clock.advance(0);
    wires[1]!.cut(new NetworkError('mqtt://b.test:1883', 'cut'));
    await expect(opened).rejects.toThrow(/b\.test/);
  });

  it('name the one that refused', () => {
    const { connection, clock, wires } = createTestConnection({ endpoints: ['mqtt://b.test'] });
    const failed: string[] = [];
    connection.on('attemptFailed', ({ error }) => failed.push(error.message));
    connection.open().catch(() => undefined);
    wires[0]!.connack({ reasonCode: 0x88 });
    clock.advance(0);
    wires[1]!.connack({ reasonCode: 0x87 });
    expect(failed).toEqual([expect.stringContaining('test.invalid'), expect.stringContaining('b.test')]);
    expect(connection.state.type).toBe('failed');
  });

  it('get their own credentials, and those of the options before them', () => {
    const { connection, clock, wires } = createTestConnection({ endpoints: ['mqtt://me:x@b.test'] });
    connection.open().catch(() => undefined);
    wires[0]!.cut();
    clock.advance(0);
    expect(wires.map(({ request }) => [request.username, request.password])).toEqual([
      [undefined, undefined],
      ['me', 'x'],
    ]);
    const other = createTestConnection({ endpoints: ['mqtt://me:x@b.test'], credentials: { username: 'you' } });
    other.connection.open().catch(() => undefined);
    other.wire.cut();
    other.clock.advance(0);
    expect(other.wire.request).toMatchObject({ username: 'you', password: undefined });
  });

  it('may be looked up, in time', async () => {
    const resolve = (): Promise<never> => new Promise(() => undefined);
    const { connection, clock } = createTestConnection({
      endpoints: [srv('example.org', { resolve, protocol: 'mqtt' })],
      connectTimeout: 50,
      reconnect: false,
    });
    const opened = connection.open();
    await settled();
    clock.advance(50);
    await expect(opened).rejects.toMatchObject({
      code: 'ERR_MQTT_NETWORK',
      cause: expect.objectContaining({ message: 'no server came within 50 ms' }),
    });
  });
});

describe('a redirection', () => {
  const redirected = (options: object) => {
    const credentials = jest.fn(() => ({ username: 'me', password: 'secret' }));
    const subject = createTestConnection({ credentials, reconnect: { initialDelay: 100, jitter: 'none' }, ...options });
    subject.connection.open().catch(() => undefined);
    return { connection: subject.connection, clock: subject.clock, wires: subject.wires, credentials };
  };

  it('is followed at once, without credentials, after CONNACK and after DISCONNECT', async () => {
    const { clock, credentials, wires } = redirected({ redirect: 'follow' });
    await settled();
    wires[0]!.connack({ reasonCode: 0x9c, properties: { serverReference: 'b.test' } });
    clock.advance(0);
    await settled();
    expect(wires[1]!.request).toMatchObject({
      endpoint: { host: 'b.test' },
      foreign: true,
      username: undefined,
      password: undefined,
    });
    expect(credentials).toHaveBeenCalledTimes(1);
  });

  it('is followed with credentials where that is asked for; whoever gives them is told where to', async () => {
    const { clock, credentials, wires } = redirected({ redirect: 'followWithCredentials' });
    await settled();
    wires[0]!.connack({ reasonCode: 0x9d, properties: { serverReference: 'b.test' } });
    clock.advance(0);
    await settled();
    expect(wires[1]!.request).toMatchObject({ endpoint: { host: 'b.test' }, username: 'me' });
    expect(credentials.mock.calls).toMatchObject([
      [{ endpoint: { host: 'test.invalid' } }],
      [{ endpoint: { host: 'b.test' } }],
    ]);
  });

  it('ends it when it is not to be followed', async () => {
    const { connection, wires } = redirected({});
    await settled();
    wires[0]!.connack({ reasonCode: 0x9c, properties: { serverReference: 'b.test' } });
    expect(connection.state).toMatchObject({ type: 'failed', cause: { serverReference: 'b.test' } });
  });
});

it('a switched-off check is warned about once', () => {
  const { connection } = createTestConnection({ endpoints: ['mqtts://b.test'], tls: { insecureSkipVerify: true } });
  const warnings: string[] = [];
  connection.on('warning', ({ what }) => warnings.push(what));
  void connection.open().catch(() => undefined);
  void connection.open().catch(() => undefined);
  expect(warnings).toEqual([expect.stringContaining('insecureSkipVerify')]);
});
