import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { encodeConnect, encodeSubscribe } from '../contestants/limit-packets.mjs';
import { payload, topics, unitsOf } from '../roles/messages.mjs';
import { absenceOf } from '../runner/absence.mjs';
import { PeerProcess } from '../runner/peer-process.mjs';
import { encodePublish } from './encode.mjs';
import { FrameReader } from './frame-reader.mjs';

const MESSAGES = 250;

/** Connects to a peer, and collects the packets that it sends. */
async function client(peer) {
  const socket = connect({ port: peer.port, host: '127.0.0.1', noDelay: true });
  const packets = [];
  const reader = new FrameReader();
  const handler = { packet: (bytes, first, body, end) => packets.push(Buffer.from(bytes.subarray(first, end))) };
  socket.on('data', (chunk) => {
    reader.push(chunk, handler);
  });
  await once(socket, 'connect');
  return { socket, packets };
}

/** A peer that ends with the test, whatever becomes of it. */
async function start(t, name, order) {
  const peer = await PeerProcess.start(name);
  t.after(() => peer.stop());
  await peer.prepare(order);
  return peer;
}

function reached(peer) {
  return new Promise((resolve) => {
    peer.onReached = resolve;
  });
}

for (const version of [4, 5]) {
  test(`the acknowledging peer counts and answers what comes in any pieces, MQTT ${version}`, async (t) => {
    const peer = await start(t, 'acknowledge', { total: MESSAGES });
    const { socket, packets } = await client(peer);
    const done = reached(peer);
    const messages = Array.from({ length: MESSAGES }, (_, index) =>
      encodePublish(version, { topic: topics[index % topics.length], payload, qos: 1, packetId: index + 1 }),
    );
    const bytes = Buffer.concat([encodeConnect(version), ...messages]);
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size % 200) + 1) {
      socket.write(bytes.subarray(at, at + size));
      await new Promise(setImmediate);
    }
    await done;
    const report = await peer.report();
    assert.equal(report.counted, MESSAGES);
    assert.equal(report.units, unitsOf(MESSAGES));
    while (packets.length <= MESSAGES) await new Promise(setImmediate);
    const ids = packets.filter((packet) => packet[0] === 0x40).map((packet) => packet.readUInt16BE(2));
    assert.deepEqual(
      ids,
      Array.from({ length: MESSAGES }, (_, index) => index + 1),
    );
    socket.destroy();
  });
}

test('the flooding peer sends everything at QoS 0, with the identifier of the subscription', async (t) => {
  const peer = await start(t, 'flood', { qos: 0, properties: true, total: MESSAGES });
  const { socket, packets } = await client(peer);
  socket.write(encodeConnect(5));
  socket.write(encodeSubscribe(5, 'sensors/#', 0, true));
  await reached(peer);
  while (packets.length < MESSAGES + 2) await new Promise(setImmediate);
  const properties = { userProperty: ['unit', 'celsius'], subscriptionIdentifier: 1 };
  assert.deepEqual(packets[2], encodePublish(5, { topic: topics[0], payload, qos: 0, properties }));
  socket.destroy();
});

test('the flooding peer keeps to its window at QoS 1, and notices acknowledgements out of order', async (t) => {
  const peer = await start(t, 'flood', { qos: 1, window: 100, total: MESSAGES });
  const { socket, packets } = await client(peer);
  socket.write(encodeConnect(4));
  socket.write(encodeSubscribe(4, 'sensors/#', 1, false));
  while (packets.length < 102) await new Promise(setImmediate);
  assert.equal((await peer.report()).sent, 100);
  const done = reached(peer);
  socket.write(Buffer.from([0x40, 2, 0, 2, 0x40, 2, 0, 1]));
  for (let id = 3; id <= MESSAGES; id++) {
    while (packets.length < id + 2) await new Promise(setImmediate);
    socket.write(Buffer.from([0x40, 2, id >> 8, id & 255]));
  }
  await done;
  assert.deepEqual((({ sent, counted, misordered }) => ({ sent, counted, misordered }))(await peer.report()), {
    sent: MESSAGES,
    counted: MESSAGES,
    misordered: 2,
  });
  socket.destroy();
});

const needsMosquitto = { skip: absenceOf({ programs: ['mosquitto'] }) };

for (const qos of [0, 1]) {
  test(`mosquitto passes on all that the load publishes at QoS ${qos}`, needsMosquitto, async (t) => {
    const peer = await start(t, 'mosquitto-load', { qos, total: MESSAGES, payloadBytes: 200 });
    const { socket, packets } = await client(peer);
    const done = reached(peer);
    socket.write(encodeConnect(4, 'receiver'));
    socket.write(encodeSubscribe(4, 'sensors/#', qos, false));
    await done;
    while (packets.length < MESSAGES + 2) await new Promise(setImmediate);
    const bytes = packets.slice(2).reduce((sum, packet) => sum + packet.length, 0);
    // Of each message, five bytes (at QoS 1, seven) are neither topic nor payload: its first one, its lengths and identifier.
    assert.equal(bytes, unitsOf(MESSAGES, 200) + MESSAGES * (5 + 2 * qos));
    assert.equal((await peer.report()).counted, MESSAGES);
    socket.destroy();
  });
}

test('a foreign subscriber counts what mosquitto passes on', needsMosquitto, async (t) => {
  const peer = await start(t, 'mosquitto-count', { total: 2 });
  const { socket } = await client(peer);
  const done = reached(peer);
  socket.write(encodeConnect(4, 'publisher'));
  for (const topic of topics.slice(0, 2)) socket.write(encodePublish(4, { topic, payload, qos: 1, packetId: 1 }));
  await done;
  const { counted, units, repeated } = await peer.report();
  assert.deepEqual({ counted, units, repeated }, { counted: 2, units: unitsOf(2), repeated: 0 });
  socket.destroy();
});

test('the subscriptions peer counts filters and packets, and cuts once when it is asked', async (t) => {
  const order = { filters: 1, doneTopic: 'sensors/done', cut: true };
  const peer = await start(t, 'subscriptions', order);
  const { socket, packets } = await client(peer);
  socket.write(encodeConnect(4));
  socket.write(encodeSubscribe(4, 'sensors/#', 0, false));
  while (packets.length < 3) await new Promise(setImmediate);
  assert.deepEqual(packets[2], encodePublish(4, { topic: 'sensors/done', payload: Buffer.alloc(0), qos: 0 }));
  const cut = once(socket, 'close');
  const { here, packets: counted } = await peer.report();
  assert.deepEqual([here, counted], [1, 1]);
  await cut;

  const again = await client(peer);
  again.socket.write(encodeConnect(4));
  again.socket.write(encodeSubscribe(4, 'sensors/#', 0, false));
  while (again.packets.length < 3) await new Promise(setImmediate);
  const second = await peer.report();
  assert.deepEqual([second.here, second.packets], [1, 1]);
  assert.equal(again.socket.destroyed, false);
  const left = reached(peer);
  again.socket.write(Buffer.from([0xa2, 13, 0, 2, 0, 9, ...Buffer.from('sensors/#')]));
  await left;
  assert.equal((await peer.report()).here, 0);
  again.socket.destroy();
});

test('the stalled peer answers, and stops to read', async (t) => {
  const peer = await start(t, 'stalled', { readsMegabytes: 1 });
  const { socket, packets } = await client(peer);
  socket.write(encodeConnect(4));
  while (packets.length < 1) await new Promise(setImmediate);
  let refused = false;
  for (let sent = 0; sent < 64 && !refused; sent++) {
    refused = !socket.write(encodePublish(4, { topic: 'a', payload: Buffer.alloc(1 << 20), qos: 0 }));
    if (refused) refused = (await Promise.race([once(socket, 'drain'), later(300)])) === 'later';
  }
  assert.equal(refused, true);
  socket.destroy();
});

function later(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve('later');
    }, milliseconds);
  });
}
