import type { Authentication, AuthenticationExchange } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { failure, newConnection, openConnection } from './support/open.js';
import { hex } from './support/packets.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

/** A method that counts. */
function counting(exchange: Partial<AuthenticationExchange> = {}): Authentication {
  return {
    method: 'COUNT',
    start: () => ({
      initialData: Uint8Array.of(0),
      continue: (data) => Promise.resolve(data?.map((byte) => byte + 1)),
      ...exchange,
    }),
  };
}

const step = (reasonCode: number, data: number, method = 'COUNT') => ({
  cmd: 'auth' as const,
  reasonCode,
  properties: { authenticationMethod: method, authenticationData: Buffer.of(data) },
});
const welcome = (method = 'COUNT') => ({
  cmd: 'connack' as const,
  reasonCode: 0,
  sessionPresent: false,
  properties: { authenticationMethod: method, authenticationData: Buffer.of(99) },
});

test('an exchange of several steps, and its renewal, byte by byte', async () => {
  const broker = await startBroker();
  broker.on('connect', (_packet, peer) => peer.send(step(0x18, 10)));
  broker.on('auth', ({ reasonCode, properties }, peer) => {
    const said = properties?.authenticationData?.[0];
    if (said === 11) peer.send(step(0x18, 20));
    else if (reasonCode === 0x19) peer.send(step(0, 30));
    else peer.send(welcome());
  });
  const ends: (Uint8Array | undefined)[] = [];
  const connection = await openConnection(broker.url, {
    authentication: counting({ finish: (data) => void ends.push(data) }),
  });
  expect(broker.latest.connect.properties).toMatchObject({
    authenticationMethod: 'COUNT',
    authenticationData: Buffer.of(0),
  });
  await within(connection.reauthenticate(), 4_000, 'the renewal');
  expect(broker.latest.bytes('auth').map((bytes) => bytes.toString('hex'))).toEqual(
    ['18', '18', '19'].map((reason, i) =>
      hex(`f0 0e ${reason} 0c 15 0005 434f554e54 16 0001 ${['0b', '15', '00'][i]!}`).toString('hex'),
    ),
  );
  expect(ends).toEqual([Uint8Array.of(99), Uint8Array.of(30)]);
});

test('a message in one segment with CONNACK is seen when the server is believed, not before', async () => {
  const broker = await startBroker();
  let believe = (): void => undefined;
  broker.on('connect', (_packet, peer) =>
    peer.send(welcome(), { cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false }),
  );
  const connection = newConnection(broker.url, {
    authentication: counting({ finish: () => new Promise<void>((resolve) => (believe = resolve)) }),
  });
  const seen: string[] = [];
  connection.subscribe('a', {}, ({ topic }) => void seen.push(`${connection.state.type} ${topic}`));
  const open = connection.open();
  await within(broker.connection(0), 4_000, 'CONNECT');
  while (believe.length === 0 && seen.length === 0 && connection.state.type !== 'connected') {
    await new Promise((resolve) => setImmediate(resolve));
    believe();
  }
  await within(open, 4_000, 'open()');
  await within(broker.latest.received('subscribe'), 4_000, 'SUBSCRIBE');
  expect(seen).toEqual(['connected a']);
});

test.each([
  ['another method in AUTH', [step(0x18, 1, 'OTHER')]],
  ['no method in AUTH', [hex('f0 02 18 00')]],
  ['AUTH with success before CONNACK', [step(0, 1)]],
  ['another method in CONNACK', [welcome('OTHER')]],
  ['a CONNACK without the method', [hex('20 03 00 00 00')]],
])('%s ends the attempt', async (_, packets) => {
  const broker = await startBroker();
  broker.on('connect', (_packet, peer) => peer.send(...packets));
  const connection = newConnection(broker.url, { authentication: counting(), reconnect: false });
  expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x82 });
  await broker.latest.ended();
});

test('an AUTH that nobody asked for is answered with DISCONNECT 0x82, with the option and without it', async () => {
  for (const authentication of [undefined, counting()]) {
    const broker = await startBroker();
    if (authentication !== undefined) broker.on('connect', (_packet, peer) => peer.send(welcome()));
    const connection = await openConnection(broker.url, {
      protocolVersion: 5,
      reconnect: false,
      ...(authentication && { authentication }),
    });
    broker.latest.send(step(0x18, 1));
    await within(connection.closed, 4_000, 'the end');
    expect((await broker.latest.received('disconnect')).map(({ reasonCode }) => reasonCode)).toEqual([0x82]);
  }
});

test('a server that fails to prove itself is told 0x87, and not asked again', async () => {
  const broker = await startBroker();
  broker.on('connect', (_packet, peer) => peer.send(welcome()));
  const authentication = counting({
    finish: () => {
      throw new Error('that is not my server');
    },
  });
  const connection = newConnection(broker.url, { authentication });
  expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_AUTHENTICATION', serverRejected: true });
  expect((await broker.latest.received('disconnect')).map(({ reasonCode }) => reasonCode)).toEqual([0x87]);
  expect(broker.connections).toHaveLength(1);
});
