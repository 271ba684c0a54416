import type { ConnectionOptions, CredentialsContext, MqttError } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { atOnce, failure, Inbox, newConnection, openConnection, StateLog } from './support/open.js';
import { encode, hex } from './support/packets.js';
import { startBroker } from './support/scripted-broker.js';
import { silent } from './support/replies.js';
import { observeFor, within } from './support/within.js';

leavesNothingBehind();

describe('opening', () => {
  test('fulfils at CONNACK with what the server allows', async () => {
    const broker = await startBroker();
    broker.connackProperties = {
      receiveMaximum: 7,
      maximumPacketSize: 2_000,
      maximumQoS: 1,
      retainAvailable: false,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 30,
      sessionExpiryInterval: 17,
      responseInformation: 'reply/',
      reasonString: 'welcome',
      userProperties: { zone: ['a', 'b'] },
    };
    const connection = newConnection(broker.url, { clientId: 'c1', session: { expiry: 3_600 } });
    const negotiated = await within(connection.open(), 2_000, 'open()');
    expect(negotiated).toEqual({
      protocolVersion: 5,
      clientId: 'c1',
      sessionPresent: false,
      keepalive: 30,
      sessionExpiry: 17,
      receiveMaximum: 7,
      maximumPacketSize: 2_000,
      maximumQoS: 1,
      retainAvailable: false,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      responseInformation: 'reply/',
      reasonString: 'welcome',
      userProperties: [
        ['zone', 'a'],
        ['zone', 'b'],
      ],
    });
    expect(connection.negotiated).toEqual(negotiated);
    expect(connection.state).toEqual({ type: 'connected', negotiated });
  });

  test('reports the session expiry that was asked for when the server is silent about it', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { session: { expiry: 3_600 } });
    expect(connection.negotiated?.sessionExpiry).toBe(3_600);
  });

  test('sends every field of CONNECT', async () => {
    const broker = await startBroker();
    await openConnection(broker.url, {
      clientId: 'plant-7',
      protocolVersion: 5,
      keepalive: 33,
      credentials: { username: 'u', password: 'p' },
      session: { clean: false, expiry: 99 },
      receiveMaximum: 12,
      maximumPacketSize: 5_000,
      userProperties: [
        ['k', '1'],
        ['k', '2'],
      ],
      will: {
        topic: 'gone',
        payload: 'bye',
        qos: 2,
        retain: true,
        delay: 4,
        properties: { contentType: 'text/plain', messageExpiryInterval: 9, userProperties: [['w', 'x']] },
      },
    });
    expect(broker.latest.connect).toMatchObject({
      protocolVersion: 5,
      clientId: 'plant-7',
      keepalive: 33,
      clean: false,
      username: 'u',
      password: Buffer.from('p'),
      properties: {
        sessionExpiryInterval: 99,
        receiveMaximum: 12,
        maximumPacketSize: 5_000,
        userProperties: { k: ['1', '2'] },
      },
      will: {
        topic: 'gone',
        payload: Buffer.from('bye'),
        qos: 2,
        retain: true,
        properties: {
          willDelayInterval: 4,
          contentType: 'text/plain',
          messageExpiryInterval: 9,
          userProperties: { w: 'x' },
        },
      },
    });
  });

  test('joins a running attempt: two opens, one socket', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const [first, second] = await within(Promise.all([connection.open(), connection.open()]), 2_000, 'both opens');
    expect(second).toBe(first);
    expect(await within(connection.open(), 200, 'a third open')).toBe(first);
    expect(broker.connections).toHaveLength(1);
  });

  test.each([
    ['with a wildcard', 'a/#'],
    ['with a NUL', 'a\0b'],
    ['that is empty', ''],
  ])('refuses a will topic %s without opening a socket', async (_, topic) => {
    const broker = await startBroker();
    const attempt = async (): Promise<unknown> => newConnection(broker.url, { will: { topic, payload: 'x' } }).open();
    const error = await failure(attempt());
    expect(['ERR_MQTT_INVALID_OPTIONS', 'ERR_MQTT_INVALID_TOPIC']).toContain((error as MqttError).code);
    expect(broker.connections).toHaveLength(0);
  });

  test('leaves the caller’s options as they were, even frozen', async () => {
    const broker = await startBroker();
    broker.connackProperties = {
      serverKeepAlive: 5,
      receiveMaximum: 1,
      maximumPacketSize: 90,
      assignedClientIdentifier: 'x',
    };
    const options: ConnectionOptions = {
      clientId: '',
      keepalive: 60,
      session: { expiry: 10 },
      reconnect: { ...atOnce },
      publish: { window: 9 },
      will: { topic: 'w', payload: 'x', properties: { userProperties: [['a', 'b']] } },
    };
    const before = structuredClone(options);
    freeze(options);
    await openConnection(broker.url, options);
    expect(options).toEqual(before);
  });
});

describe('a silent server', () => {
  test('is given up after connectTimeout, and tried again', async () => {
    const broker = await startBroker({ connect: silent });
    const connection = newConnection(broker.url, { connectTimeout: 200 });
    const states = new StateLog(connection);
    const start = performance.now();
    const opened = connection.open().catch((error: unknown) => error);
    await broker.connection(0);
    // Timers come due in their order on any machine, and its own is set already.
    const order: string[] = [];
    const late = setTimeout(() => order.push('too late'), 200);
    cleanup(() => {
      clearTimeout(late);
    });
    connection.on('state', ({ type }) => order.push(type));
    const [lost] = await states.until('reconnecting');
    expect(order[0]).toBe('reconnecting');
    expect(lost?.cause.code).toBe('ERR_MQTT_CONNECT_TIMEOUT');
    expect(performance.now() - start).toBeGreaterThan(198);
    await (await broker.connection(0)).ended();
    await broker.connection(1);
    await connection.close();
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });
});

describe('CONNACK and PUBLISH', () => {
  const publish = {
    cmd: 'publish',
    topic: 'a/b',
    payload: 'hello',
    qos: 1,
    messageId: 9,
    dup: false,
    retain: false,
  } as const;

  test.each([5, 4] as const)(
    'in one segment, byte by byte, and split at each point are the same (MQTT version %s)',
    async (version) => {
      const connack = version === 5 ? { reasonCode: 0 } : { returnCode: 0 };
      const bytes = Buffer.concat([
        encode({ cmd: 'connack', sessionPresent: false, ...connack }, version),
        encode(publish, version),
      ]);
      const splits: Buffer[][] = [[bytes], [...bytes].map((byte) => Buffer.of(byte))];
      for (let at = 1; at < bytes.length; at++) splits.push([bytes.subarray(0, at), bytes.subarray(at)]);

      for (const pieces of splits) {
        const broker = await startBroker({
          connect(_packet, peer) {
            void peer.sendPieces(pieces);
          },
        });
        const connection = newConnection(broker.url, { protocolVersion: version });
        const inbox = new Inbox(connection, 'a/+', { qos: 1 });
        await within(
          connection.open(),
          2_000,
          `open() with a split into ${pieces.map(({ length }) => length).join(', ')}`,
        );
        await inbox.received(1, 2_000);
        expect(inbox.texts).toEqual(['hello']);
        expect(await broker.latest.received('puback')).toMatchObject([{ messageId: 9 }]);
        await connection.close();
      }
    },
  );
});

describe('a refusal of MQTT 5', () => {
  const transient = [0x80, 0x83, 0x88, 0x89, 0x97, 0x9f];
  const fatal = [0x81, 0x82, 0x84, 0x85, 0x86, 0x87, 0x8a, 0x8c, 0x90, 0x95, 0x99, 0x9a, 0x9b, 0x9c, 0x9d];

  test.each(fatal.map((code) => [`0x${code.toString(16)}`, code] as const))('with %s stops', async (_, reasonCode) => {
    const properties = { reasonString: 'because', serverReference: 'other:1883' };
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send({ cmd: 'connack', reasonCode, sessionPresent: false, properties });
        peer.end();
      },
    });
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const error = await failure(connection.open());
    expect(error).toMatchObject({
      code: 'ERR_MQTT_CONNECTION_REFUSED',
      reasonCode,
      retryable: false,
      reasonString: 'because',
      serverReference: 'other:1883',
    });
    expect(await within(connection.closed, 2_000, 'closed')).toEqual({ type: 'failed', by: 'server', cause: error });
    expect(connection.state).toEqual({ type: 'failed', by: 'server', cause: error });
    await observeFor(30);
    expect(broker.connections).toHaveLength(1);
  });

  test.each(transient.map((code) => [`0x${code.toString(16)}`, code] as const))(
    'with %s is tried again',
    async (_, reasonCode) => {
      const broker = await startBroker();
      broker.on('connect', (packet, peer) => {
        if (broker.connections.length > 2) broker.accept(packet, peer);
        else peer.send({ cmd: 'connack', reasonCode, sessionPresent: false });
      });
      const connection = newConnection(broker.url, { protocolVersion: 5 });
      const failures: { attempt: number; error: MqttError }[] = [];
      connection.on('attemptFailed', ({ attempt, error }) => failures.push({ attempt, error }));
      await within(connection.open(), 2_000, 'open() in spite of two refusals');
      expect(broker.connections).toHaveLength(3);
      expect(failures).toMatchObject([
        { attempt: 1, error: { code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode, retryable: true } },
        { attempt: 2, error: { code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode, retryable: true } },
      ]);
    },
  );
});

describe('a refusal of MQTT 3.1.1', () => {
  test.each([
    [1, '0x84', 0x84],
    [2, '0x85', 0x85],
    [4, '0x86', 0x86],
    [5, '0x87', 0x87],
  ])('with return code %s stops, as %s of MQTT 5', async (returnCode, _, reasonCode) => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send({ cmd: 'connack', returnCode, sessionPresent: false });
        peer.end();
      },
    });
    const connection = newConnection(broker.url, { protocolVersion: 4 });
    expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode });
    expect(connection.state.type).toBe('failed');
    await observeFor(30);
    expect(broker.connections).toHaveLength(1);
  });

  test('with return code 3, server unavailable, is tried again', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (broker.connections.length > 1) broker.accept(packet, peer);
      else peer.send({ cmd: 'connack', returnCode: 3, sessionPresent: false });
    });
    await openConnection(broker.url, { protocolVersion: 4 });
    expect(broker.connections).toHaveLength(2);
  });
});

describe('the protocol version', () => {
  const refusals = [
    ['the four bytes of an MQTT 3.1.1 server', hex('20 02 00 01')],
    ['the five bytes of MQTT 5', hex('20 03 00 84 00')],
  ] as const;

  test.each(refusals)('5 refused with %s is an error and no retry storm', async (_, refusal) => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send(refusal);
        peer.end();
      },
    });
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode: 0x84 });
    await observeFor(30);
    expect(broker.connections).toHaveLength(1);
  });

  test.each(refusals)('"auto" falls back at once when refused with %s, and remembers', async (_, refusal) => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (packet.protocolVersion === 4) {
        broker.accept(packet, peer);
      } else {
        peer.send(refusal);
        peer.end();
      }
    });
    // A delay that no test would wait out: the second attempt must not be a retry.
    const connection = await openConnection(broker.url, { reconnect: { initialDelay: 60_000, jitter: 'none' } });
    expect(connection.negotiated?.protocolVersion).toBe(4);
    expect(broker.connections.map(({ connect }) => connect.protocolVersion)).toEqual([5, 4]);
  });

  test('found by "auto" is used by later attempts', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (packet.protocolVersion === 4) broker.accept(packet, peer);
      else peer.send(refusals[0][1]);
    });
    const connection = await openConnection(broker.url);
    const inbox = new Inbox(connection, 'x');
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    broker.latest.cut();
    await (await broker.connection(2)).received('subscribe');
    expect(broker.connections.map(({ connect }) => connect.protocolVersion)).toEqual([5, 4, 4]);
  });

  test('stays 5 when the server closes without a word', async () => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.cut();
      },
    });
    const connection = newConnection(broker.url);
    void connection.open().catch(() => undefined);
    await broker.connection(3);
    expect(broker.connections.slice(0, 4).map(({ connect }) => connect.protocolVersion)).toEqual([5, 5, 5, 5]);
    await connection.close();
  });
});

describe('credentials', () => {
  test.each([0x86, 0x87])('that are static and refused with %s stop', async (reasonCode) => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send({ cmd: 'connack', reasonCode, sessionPresent: false });
      },
    });
    const connection = newConnection(broker.url, {
      protocolVersion: 5,
      credentials: { username: 'u', password: 'old' },
    });
    const error = await failure(connection.open());
    expect(error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode });
    expect(String(error)).not.toContain('old');
    await observeFor(30);
    expect(broker.connections).toHaveLength(1);
  });

  test('from a provider are fetched for each attempt', async () => {
    const broker = await startBroker();
    const asked: CredentialsContext[] = [];
    const connection = await openConnection(broker.url, {
      credentials: async (context) => {
        asked.push(context);
        return { username: 'u', password: `token-${String(asked.length)}` };
      },
    });
    const states = new StateLog(connection);
    broker.latest.cut();
    await broker.connection(1);
    await states.until('connected', 2);
    expect(broker.connections.map(({ connect }) => connect.password?.toString())).toEqual(['token-1', 'token-2']);
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  test('from a provider, when refused, are fetched once more at once', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (packet.password?.toString() === 'token-2') broker.accept(packet, peer);
      else peer.send({ cmd: 'connack', reasonCode: 0x87, sessionPresent: false });
    });
    let fetched = 0;
    await openConnection(broker.url, {
      protocolVersion: 5,
      reconnect: { initialDelay: 60_000, jitter: 'none' },
      credentials: () => ({ username: 'u', password: `token-${String(++fetched)}` }),
    });
    expect(fetched).toBe(2);
  });

  test('from a provider that fails are asked for again, and the cause is told', async () => {
    const broker = await startBroker();
    let asked = 0;
    const connection = newConnection(broker.url, {
      credentials: () => {
        asked++;
        if (asked === 1) throw new Error('the vault is closed');
        if (asked === 2) return Promise.reject(new Error('the vault is still closed'));
        return { username: 'u' };
      },
    });
    const failures: MqttError[] = [];
    connection.on('attemptFailed', ({ error }) => failures.push(error));
    await within(connection.open(), 2_000, 'open() with the third credentials');
    expect(failures).toMatchObject([
      { code: 'ERR_MQTT_CREDENTIALS', cause: { message: 'the vault is closed' } },
      { code: 'ERR_MQTT_CREDENTIALS', cause: { message: 'the vault is still closed' } },
    ]);
    expect(broker.connections).toHaveLength(1);
  });
});

describe('a client identifier', () => {
  test('that the server assigned is kept for later attempts', async () => {
    const broker = await startBroker();
    broker.connackProperties = { assignedClientIdentifier: 'given-1' };
    const connection = await openConnection(broker.url, { clientId: '', protocolVersion: 5 });
    expect(connection.negotiated?.clientId).toBe('given-1');
    broker.latest.cut();
    await broker.connection(1);
    expect(broker.connections.map(({ connect }) => connect.clientId)).toEqual(['', 'given-1']);
  });

  test('is random by default, and the same for all attempts', async () => {
    const broker = await startBroker();
    await openConnection(broker.url);
    broker.latest.cut();
    await broker.connection(1);
    await openConnection(broker.url);
    const [first, second, other] = broker.connections.map(({ connect }) => connect.clientId);
    expect(first).toMatch(/^\S{8,}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe('the session', () => {
  test('starts empty at first and continues later, by default on MQTT 5', async () => {
    const broker = await startBroker();
    await openConnection(broker.url, { protocolVersion: 5 });
    broker.latest.cut();
    await broker.connection(1);
    expect(broker.connections.map(({ connect }) => connect.clean)).toEqual([true, false]);
    expect(broker.latest.connect.properties?.sessionExpiryInterval).toBe(300);
  });

  test('starts empty each time, by default on MQTT 3.1.1', async () => {
    const broker = await startBroker();
    await openConnection(broker.url, { protocolVersion: 4 });
    broker.latest.cut();
    await broker.connection(1);
    expect(broker.connections.map(({ connect }) => connect.clean)).toEqual([true, true]);
  });

  test('starts empty at first and continues later with clean: "first", also on MQTT 3.1.1', async () => {
    const broker = await startBroker();
    await openConnection(broker.url, { protocolVersion: 4, clientId: 'c', session: { clean: 'first' } });
    const first = broker.connections.length;
    broker.latest.cut();
    await broker.connection(first);
    // MQTT 3.1.1 keeps no session that began clean: there it takes a clean connection, ended at once, and another.
    expect(broker.connections.map(({ connect }) => connect.clean)).toEqual([true, false, false]);
  });

  test('claimed by CONNACK though none was asked for breaks the protocol', async () => {
    const broker = await startBroker();
    broker.sessionPresent = true;
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const states = new StateLog(connection);
    void connection.open().catch(() => undefined);
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x82 } });
    await connection.close();
  });

  test('is continued from the first attempt on with clean: false', async () => {
    const broker = await startBroker();
    broker.sessionPresent = true;
    const connection = await openConnection(broker.url, { clientId: 'c', session: { clean: false } });
    expect(broker.latest.connect.clean).toBe(false);
    expect(connection.negotiated?.sessionPresent).toBe(true);
  });

  test('of a generated client identifier ends with close()', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    await connection.close();
    const [disconnect] = await broker.latest.received('disconnect');
    expect(disconnect?.properties?.sessionExpiryInterval).toBe(0);
  });
});

describe('the first packet of the server', () => {
  test('must be CONNACK: a PUBLISH before it closes and is not delivered', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (broker.connections.length > 1) broker.accept(packet, peer);
      else
        peer.send(
          { cmd: 'publish', topic: 'a', payload: 'early', qos: 0, dup: false, retain: false },
          broker.connack(packet, peer),
        );
    });
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a');
    await within(connection.open(), 2_000, 'open() at the second attempt');
    expect(broker.connections[0]?.closed).toBe(true);
    expect(states.all('reconnecting')).toMatchObject([{ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } }]);
    broker.latest.send({ cmd: 'publish', topic: 'a', payload: 'in time', qos: 0, dup: false, retain: false });
    await inbox.received(1);
    expect(inbox.texts).toEqual(['in time']);
  });

  test.each([5, 4] as const)('comes once: a second CONNACK closes (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion });
    const states = new StateLog(connection);
    const first = broker.latest;
    first.send(broker.connack(first.connect, first));
    await first.ended();
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x82 } });
    if (protocolVersion === 5) expect(first.packets('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
    await states.until('connected', 2);
  });
});

describe('close()', () => {
  test('in the same tick as open() leaves no attempt behind', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const opened = connection.open().catch((error: unknown) => error);
    await within(connection.close(), 200, 'close()');
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    await observeFor(50);
    expect(broker.connections.filter(({ log }) => log.length > 0)).toHaveLength(0);
    expect(await connection.closed).toMatchObject({ type: 'closed', by: 'user' });
  });

  test('while a name is being looked up ends within 200 ms', async () => {
    const connection = newConnection('mqtt://nowhere.invalid');
    const opened = connection.open().catch((error: unknown) => error);
    await within(connection.close(), 200, 'close()');
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });

  test('while credentials are being fetched aborts them', async () => {
    const broker = await startBroker();
    const signals: AbortSignal[] = [];
    const connection = newConnection(broker.url, {
      credentials: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    const opened = connection.open().catch((error: unknown) => error);
    await within(connection.close(), 200, 'close()');
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('before CONNACK closes the socket', async () => {
    const broker = await startBroker({ connect: silent });
    const connection = newConnection(broker.url);
    const opened = connection.open().catch((error: unknown) => error);
    const peer = await broker.connection(0);
    await within(connection.close(), 200, 'close()');
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    await peer.ended(500);
    await observeFor(50);
    expect(broker.connections).toHaveLength(1);
  });

  test('during backoff makes no further attempt', async () => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.cut();
      },
    });
    const connection = newConnection(broker.url, { reconnect: { initialDelay: 60, jitter: 'none' } });
    const states = new StateLog(connection);
    const opened = connection.open().catch((error: unknown) => error);
    await states.until('reconnecting');
    await within(connection.close(), 200, 'close()');
    expect(await opened).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    await observeFor(120);
    expect(broker.connections).toHaveLength(1);
    expect(states.types.at(-1)).toBe('closed');
  });

  test('is idempotent, and fine without open()', async () => {
    const connection = newConnection('mqtt://127.0.0.1:1');
    await within(Promise.all([connection.close(), connection.close()]), 200, 'both closes');
    await within(connection.close(), 200, 'a third close');
    expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });

  test('says goodbye with DISCONNECT', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { clientId: 'named' });
    await within(connection.close(), 2_000, 'close()');
    expect(broker.latest.commands).toEqual(['disconnect']);
    expect(await connection.closed).toEqual({ type: 'closed', by: 'user', cause: undefined });
  });
});

test('an aborted open() rejects and ends a connection that was never made', async () => {
  const broker = await startBroker({ connect: silent });
  const connection = newConnection(broker.url);
  const abort = new AbortController();
  const opened = connection.open({ signal: abort.signal }).catch((error: unknown) => error);
  const peer = await broker.connection(0);
  abort.abort(new Error('changed my mind'));
  expect(await within(opened, 200, 'open() rejects')).toMatchObject({
    code: 'ERR_MQTT_ABORTED',
    cause: { message: 'changed my mind' },
  });
  await peer.ended(500);
  await within(connection.closed, 200, 'closed');
});

function freeze(value: object): void {
  Object.freeze(value);
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) freeze(each as object);
}
