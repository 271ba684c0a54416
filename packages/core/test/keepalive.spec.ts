import { cleanup, leavesNothingBehind } from './support/globals.js';
import { LivedTime } from './support/lived-time.js';
import { Inbox, newConnection, openConnection, StateLog } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';
import { observeFor } from './support/within.js';

leavesNothingBehind();

// 1.5 x keepalive, and half a second for what a machine that is busy is late without standing still. How exact it is in
// itself is shown in virtual time.
const DETECTION = 2_000;

/** Time as it passes for this process, until the end of the test. */
function stopwatch(): LivedTime {
  const time = new LivedTime();
  cleanup(() => {
    time.stop();
  });
  return time;
}

test('an idle connection pings once in each keepalive, and stays', async () => {
  const broker = await startBroker();
  await openConnection(broker.url, { keepalive: 1 });
  const peer = broker.latest;
  await peer.received('pingreq', 3, 10_000);
  // Never early; that they are not late either is shown in virtual time, since here the machine may be.
  const at = peer.log.map(({ at: each }) => each);
  expect(at.at(-1)! - at[0]!).toBeGreaterThan(2_900);
  expect(peer.commands).toEqual(['pingreq', 'pingreq', 'pingreq']);
  expect(broker.connections).toHaveLength(1);
});

test('a dead peer is noticed within one and a half keepalives, and the connection made again', async () => {
  const broker = await startBroker();
  const start = performance.now();
  const connection = await openConnection(broker.url, { keepalive: 1 });
  const states = new StateLog(connection);
  const time = stopwatch();
  broker.latest.stall();
  const [lost] = await states.until('reconnecting');
  expect(time.passed).toBeLessThan(DETECTION);
  // Never early: it was silent from CONNACK on.
  expect(performance.now() - start).toBeGreaterThan(1_400);
  expect(lost).toMatchObject({ by: 'keepalive', cause: { code: 'ERR_MQTT_KEEPALIVE_TIMEOUT', retryable: true } });
  await states.until('connected', 2);
});

test('a dead peer is noticed just as soon while the application publishes QoS 0 all the time', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { keepalive: 1 });
  const states = new StateLog(connection);
  const publishing = setInterval(() => {
    connection.publish('t', 'x').onSettled(() => undefined);
  }, 20);
  cleanup(() => {
    clearInterval(publishing);
  });
  const time = stopwatch();
  broker.latest.stall();
  const [lost] = await states.until('reconnecting');
  expect(time.passed).toBeLessThan(DETECTION);
  expect(lost).toMatchObject({ by: 'keepalive' });
});

test('a connection that only receives still pings', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { keepalive: 1 });
  const inbox = new Inbox(connection, 't');
  const peer = broker.latest;
  const sending = setInterval(() => {
    peer.send({ cmd: 'publish', topic: 't', payload: 'x', qos: 0, dup: false, retain: false });
  }, 50);
  cleanup(() => {
    clearInterval(sending);
  });
  await peer.received('pingreq', 2);
  await inbox.received(20);
  expect(broker.connections).toHaveLength(1);
});

test('a keepalive that the server imposes is used, and the next CONNECT asks for our own again', async () => {
  const broker = await startBroker();
  broker.connackProperties = { serverKeepAlive: 1 };
  const connection = await openConnection(broker.url, { keepalive: 60, protocolVersion: 5 });
  expect(connection.negotiated?.keepalive).toBe(1);
  const first = broker.latest;
  await first.received('pingreq');
  first.cut();
  const second = await broker.connection(1);
  expect([first.connect.keepalive, second.connect.keepalive]).toEqual([60, 60]);
});

test('a jump of the wall clock ends nothing', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { keepalive: 1 });
  const states = new StateLog(connection);
  const now = jest.spyOn(Date, 'now');
  cleanup(() => {
    now.mockRestore();
  });
  const real = performance.timeOrigin + performance.now();
  now.mockReturnValue(real + 3_600_000);
  await broker.latest.received('pingreq');
  now.mockReturnValue(real - 3_600_000);
  await broker.latest.received('pingreq', 2);
  expect(states.types).toEqual(['connected']);
});

test('keepalive 0 sends no pings', async () => {
  const broker = await startBroker();
  const connection = newConnection(broker.url, { keepalive: 0 });
  await connection.open();
  expect(broker.latest.connect.keepalive).toBe(0);
  await observeFor(50);
  expect(broker.latest.commands).toEqual([]);
});

test('ping() measures the round trip to the server, with pings of the keepalive in between', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { keepalive: 1 });
  const held: (() => void)[] = [];
  broker.on('pingreq', (_packet, peer) => {
    held.push(() => peer.send({ cmd: 'pingresp' }));
  });
  const ping = connection.ping();
  await broker.latest.received('pingreq');
  await observeFor(20);
  held[0]!();
  expect(await ping).toBeGreaterThanOrEqual(19);
});
