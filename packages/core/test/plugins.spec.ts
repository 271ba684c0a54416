import { gunzipSync, gzipSync } from 'node:zlib';
import { eventLogger, packetLogger, type PacketInfo, type Plugin } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { Inbox, openConnection } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

function recorder(packets: PacketInfo[]): Plugin {
  return { name: 'recorder', setup: () => ({ packet: (packet) => void packets.push(packet) }) };
}

const size = expect.any(Number) as number;

describe('packets', () => {
  test('are shown to plugins with what they are about, in both directions', async () => {
    const broker = await startBroker({
      subscribe({ messageId }, connection) {
        connection.send({ cmd: 'suback', messageId, granted: [1, 0x87] });
        connection.send({
          cmd: 'publish',
          topic: 'in',
          payload: 'abc',
          qos: 1,
          messageId: 7,
          dup: false,
          retain: true,
          properties: { userProperties: { a: 'b' } },
        });
      },
    });
    const packets: PacketInfo[] = [];
    const connection = await openConnection(broker.url, {
      clientId: 'c',
      protocolVersion: 5,
      plugins: [recorder(packets)],
    });
    const inbox = new Inbox(connection, 'in', { qos: 1 });
    new Inbox(connection, 'refused', { qos: 1 });
    await inbox.received(1);
    await within(
      connection.publish('out/1', 'x'.repeat(30_000), { qos: 2, properties: { contentType: 'text/plain' } }),
      2_000,
      'PUBCOMP',
    );
    await within(connection.publish('out/2', new Uint8Array(40_000), { qos: 1, retain: true }), 2_000, 'PUBACK');
    await connection.close();
    const { out, in: received } = {
      out: packets.filter(({ direction }) => direction === 'out'),
      in: packets.filter(({ direction }) => direction === 'in'),
    };
    expect(out).toMatchObject([
      { type: 'connect', clientId: 'c', protocolVersion: 5, clean: true, keepalive: 60 },
      { type: 'subscribe', filters: ['in', 'refused'], packetId: 1 },
      { type: 'puback', packetId: 7, reasonCode: 0 },
      { type: 'publish', topic: 'out/1', qos: 2, payloadSize: 30_000, dup: false, retain: false },
      { type: 'pubrel', reasonCode: 0 },
      { type: 'publish', topic: 'out/2', qos: 1, payloadSize: 40_000, retain: true },
      { type: 'disconnect', reasonCode: 0 },
    ]);
    expect(out.slice(3, 6).map((packet) => packet.size)).toEqual([30_000 + 4 + 7 + 2 + 14, 4, 40_000 + 4 + 7 + 2 + 1]);
    expect(received).toEqual([
      { direction: 'in', type: 'connack', size, sessionPresent: false, reasonCode: 0 },
      { direction: 'in', type: 'suback', size, packetId: 1, reasonCodes: [1, 0x87] },
      {
        direction: 'in',
        type: 'publish',
        size,
        topic: 'in',
        qos: 1,
        packetId: 7,
        retain: true,
        dup: false,
        payloadSize: 3,
      },
      { direction: 'in', type: 'pubrec', size, packetId: expect.any(Number), reasonCode: 0 },
      { direction: 'in', type: 'pubcomp', size, packetId: expect.any(Number), reasonCode: 0 },
      { direction: 'in', type: 'puback', size, packetId: expect.any(Number), reasonCode: 0 },
    ]);
  });

  test('are shown on MQTT 3.1.1 too, with the pings, and a plugin that throws harms nothing', async () => {
    const broker = await startBroker();
    const packets: PacketInfo[] = [];
    const broken: Plugin = { name: 'broken', setup: () => ({ packet: () => { throw new Error('no'); } }) }; // prettier-ignore
    const connection = await openConnection(broker.url, {
      protocolVersion: 4,
      keepalive: 1,
      plugins: [broken, recorder(packets)],
    });
    const warnings: unknown[] = [];
    connection.on('warning', ({ error }) => warnings.push(error));
    const inbox = new Inbox(connection, 'a');
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    await within(inbox.subscription.unsubscribe(), 2_000, 'UNSUBACK');
    await broker.until(() => broker.latest.commands.includes('pingreq'), 'PINGREQ');
    await connection.close();
    const types = packets.map(({ type }) => type);
    expect(types.filter((type) => !type.startsWith('ping'))).toEqual([
      'connect',
      'connack',
      'subscribe',
      'suback',
      'unsubscribe',
      'unsuback',
      'disconnect',
    ]);
    expect(types).toContain('pingreq');
    expect(warnings[0]).toMatchObject({ name: 'PluginError', plugin: 'broken', hook: 'packet' });
  });

  test('are told as events, from the moment somebody listens', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    connection.publish('unseen', '');
    const packets: PacketInfo[] = [];
    const off = connection.on('packet', (packet) => packets.push(packet));
    await within(connection.publish('seen', '', { qos: 1 }), 2_000, 'PUBACK');
    off();
    await within(connection.publish('unseen', '', { qos: 1 }), 2_000, 'PUBACK');
    expect(packets).toMatchObject([
      { direction: 'out', type: 'publish', topic: 'seen' },
      { direction: 'in', type: 'puback' },
    ]);
  });

  test('harm nobody when a listener of them throws', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const warnings: unknown[] = [];
    const heard: string[] = [];
    connection.on('warning', ({ what }) => warnings.push(what));
    connection.on('packet', () => {
      throw new Error('broken');
    });
    connection.on('packet', ({ type }) => heard.push(type));
    await within(connection.publish('a', '', { qos: 1 }), 2_000, 'PUBACK');
    expect(heard).toEqual(['publish', 'puback']);
    expect(warnings).toEqual(["a listener of 'packet' threw", "a listener of 'packet' threw"]);
  });

  test('have a line each with packetLogger(), as all events have with eventLogger()', async () => {
    const broker = await startBroker();
    const lines: unknown[][] = [];
    const print = (...line: unknown[]): void => void lines.push(line);
    const connection = await openConnection(broker.url, {
      clientId: 'c\u202e',
      plugins: [packetLogger({ logger: print, level: 'info' }), eventLogger({ logger: print })],
    });
    connection.publish('a', 'secret-payload');
    await connection.close();
    expect(lines.map(([message]) => message)).toEqual([
      'debug connecting', 'info packet sent', 'info packet received', 'info connected', 'info packet sent', 'info packet sent', 'info closed',
    ]); // prettier-ignore
    expect(lines[1]?.[1]).toMatchObject({ type: 'connect', clientId: 'c\\u202e' });
    expect(lines[4]?.[1]).toEqual({
      type: 'publish',
      size,
      topic: 'a',
      qos: 0,
      retain: false,
      dup: false,
      payloadSize: 14,
    });
    expect(JSON.stringify(lines)).not.toContain('secret-payload');
  });
});

test('a plugin that compresses: what one side packs, the other unpacks, and the wire sees only what is packed', async () => {
  const gzip: Plugin = {
    name: 'gzip',
    onError: 'refuse',
    setup: () => ({
      messageOut: ({ payload }) => ({ payload: gzipSync(payload) }),
      messageIn: ({ payload }) => ({ payload: gunzipSync(payload) }),
    }),
  };
  const broker = await startBroker({
    publish({ topic, payload }, connection) {
      connection.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
    },
  });
  const connection = await openConnection(broker.url, { plugins: [gzip] });
  const inbox = new Inbox(connection, 'a');
  await within(inbox.subscription.ready, 2_000, 'SUBACK');
  const text = 'again and '.repeat(1_000);
  connection.publish('a', text);
  await inbox.received(1);
  expect(inbox.texts).toEqual([text]);
  expect(broker.latest.packets('publish')[0]?.payload.length).toBeLessThan(200);
  const drops: unknown[] = [];
  connection.on('drop', (event) => drops.push(event));
  broker.latest.send({ cmd: 'publish', topic: 'a', payload: 'not packed', qos: 0, dup: false, retain: false });
  connection.publish('a', 'last');
  await inbox.received(2);
  expect(inbox.texts[1]).toBe('last');
  expect(drops).toMatchObject([{ direction: 'in', topic: 'a', reason: 'refused', error: { plugin: 'gzip' } }]);
});
