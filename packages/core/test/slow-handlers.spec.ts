import type { MqttMessage } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { LivedTime } from './support/lived-time.js';
import { Inbox, openConnection, StateLog } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { WindowedSession } from './support/windowed-session.js';
import { observeFor, within } from './support/within.js';

/*
 * Handlers that take their time, and one that waits for what it publishes itself, on a connection with a keepalive of one
 * second and a broker that hangs up on a client that does not ping.
 */

const seconds = Number(process.env['RXMQTT_SLOW_SECONDS'] ?? 5);
const HANDLER = 200;
const RECEIVE_MAXIMUM = 10;

jest.setTimeout(seconds * 1_000 + 60_000);
leavesNothingBehind();

test(`handlers of 200 ms with manual acknowledgement, for ${String(seconds)} s: no disconnect, never too many at once, all acknowledged in order`, async () => {
  const broker = await startBroker();
  const session = new WindowedSession(broker, RECEIVE_MAXIMUM);
  const { hangUps } = watchKeepalive(broker, 1);
  const connection = await openConnection(broker.url, {
    keepalive: 1,
    receiveMaximum: RECEIVE_MAXIMUM,
    clientId: 'slow',
    session: { clean: false },
  });
  const states = new StateLog(connection);
  let atWork = 0;
  let most = 0;
  const inbox = new Inbox(connection, 'work/#', { qos: 2, ack: 'manual' }, async (message) => {
    most = Math.max(most, ++atWork);
    await observeFor(HANDLER);
    atWork--;
    message.ack();
  });
  await within(inbox.subscription.ready, 5_000, 'SUBACK');
  const count = Math.floor((seconds * 1_000) / HANDLER) * RECEIVE_MAXIMUM;
  session.add(
    ...Array.from(
      { length: count },
      (_, i) => ({ topic: `work/${String(i % 3)}`, payload: String(i), qos: i % 3 === 0 ? 2 : 1 }) as const,
    ),
  );
  await broker.until(() => session.isEmpty, 'everything is acknowledged', seconds * 1_000 + 30_000);
  expect(session.faults).toEqual([]);
  expect(session.most).toBe(RECEIVE_MAXIMUM);
  expect(most).toBeLessThanOrEqual(RECEIVE_MAXIMUM);
  expect(inbox.texts).toEqual(Array.from({ length: count }, (_, i) => String(i)));
  expect(session.acknowledged).toHaveLength(count);
  expect(states.types).toEqual(['connected']);
  expect(hangUps()).toBe(0);
  expect(broker.latest.packets('pingreq').length).toBeGreaterThan(seconds / 2);
});

test('a handler that awaits its own QoS 1 publish, while QoS 0 floods under pause, completes, and no keepalive is lost', async () => {
  const broker = await startBroker();
  const { hangUps } = watchKeepalive(broker, 1);
  const connection = await openConnection(broker.url, { keepalive: 1, publish: { window: 2 } });
  const states = new StateLog(connection);
  let dropped = 0;
  connection.on('drop', ({ topic }) => {
    if (topic === 'flood') dropped++;
  });
  const flood = new Inbox(connection, 'flood', { overflow: 'pause', capacity: 100, concurrency: 10 }, () =>
    observeFor(1),
  );
  const results: number[] = [];
  const work = new Inbox(connection, 'work', { qos: 1 }, async (message) => {
    const { reasonCode } = await connection.publish('result', message.payload, { qos: 1 });
    results.push(reasonCode);
  });
  await within(Promise.all([flood.subscription.ready, work.subscription.ready]), 5_000, 'SUBACK');
  const stop = floodWith(broker, Buffer.alloc(200, 'x'));
  for (let i = 1; i <= 30; i++) {
    broker.latest.send({
      cmd: 'publish',
      topic: 'work',
      payload: String(i),
      qos: 1,
      messageId: i,
      dup: false,
      retain: false,
    });
    // For longer than the keepalive in all.
    await observeFor(100);
  }
  await broker.latest.received('puback', 30, 30_000);
  const sent = stop();
  await broker.until(() => broker.latest.packets('pingreq').length > 1, 'pings', 5_000);
  expect(results).toHaveLength(30);
  expect(work.texts).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)));
  expect(states.types).toEqual(['connected']);
  expect(hangUps()).toBe(0);
  expect(flood.messages.length + dropped).toBeLessThanOrEqual(sent);
  expect(flood.messages.length).toBeGreaterThan(50);
});

describe('an observer that never acknowledges', () => {
  test.each([
    ['redeliver', 1],
    ['redeliver', 2],
    ['ack', 1],
    ['ack', 2],
    ['nack', 1],
    ['nack', 2],
  ] as const)(
    "(abandoned: '%s', QoS %s) holds up other filters for ackTimeout, and no longer",
    async (abandoned, qos) => {
      const broker = await startBroker();
      const session = new WindowedSession(broker, 5);
      const connection = await openConnection(broker.url, {
        receiveMaximum: 5,
        receive: { ackTimeout: 400, abandoned },
        clientId: 'stuck',
        session: { clean: false },
      });
      const kept: MqttMessage[] = [];
      const warnings: unknown[] = [];
      connection.on('warning', ({ error }) => warnings.push((error as { code?: unknown }).code));
      const stuck = new Inbox(connection, 'stuck', { qos, ack: 'manual' }, (message) => void kept.push(message));
      const other = new Inbox(connection, 'other', { qos: 2 });
      await within(Promise.all([stuck.subscription.ready, other.subscription.ready]), 5_000, 'SUBACK');
      const since = performance.now();
      session.add(
        ...Array.from({ length: 5 }, (_, i) => ({ topic: 'stuck', payload: `stuck ${String(i)}`, qos })),
        ...Array.from(
          { length: 20 },
          (_, i) => ({ topic: 'other', payload: String(i), qos: i % 2 === 0 ? 1 : 2 }) as const,
        ),
      );
      await other.received(1, 10_000);
      expect(performance.now() - since).toBeGreaterThan(390);
      await other.received(20);
      await broker.until(() => session.isEmpty, 'everything is acknowledged');
      // Had it taken the time a second time, there would be a second warning for the same message.
      expect(warnings).toEqual(
        Array.from({ length: abandoned === 'redeliver' ? 1 : 5 }, () => 'ERR_MQTT_UNACKNOWLEDGED'),
      );
      expect(other.texts).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
      expect(session.faults).toEqual([]);
      expect(broker.connections).toHaveLength(abandoned === 'redeliver' ? 2 : 1);
      // QoS 1 is delivered again, QoS 2 is not.
      expect(kept).toHaveLength(abandoned === 'redeliver' && qos === 1 ? 10 : 5);
      for (const message of kept) message.ack();
      expect(connection.state.type).toBe('connected');
    },
  );
});

/**
 * Hangs up, as servers do, when nothing has come for one and a half keepalives. [MQTT-3.1.2-22] This server is in the
 * client's process: while the machine lets neither run, no time passes for it.
 */
function watchKeepalive(broker: ScriptedBroker, keepalive: number): { hangUps: () => number } {
  let hangUps = 0;
  let heard = 0;
  let since = 0;
  const time = new LivedTime(() => {
    const peer = broker.connections.at(-1);
    const count = peer?.log.length ?? 0;
    if (count !== heard) since = time.passed;
    heard = count;
    if (heard === 0 || peer?.closed !== false || time.passed - since <= keepalive * 1_500) return;
    hangUps++;
    peer.cut();
  });
  cleanup(() => {
    time.stop();
  });
  return { hangUps: () => hangUps };
}

/** Floods with QoS 0, as fast as the socket takes it; the function that stops it answers how many were sent. */
function floodWith(broker: ScriptedBroker, payload: Buffer): () => number {
  let sent = 0;
  let isOver = false;
  const some = (): void => {
    if (isOver) return;
    if (broker.latest.backlog < 64 * 1024) {
      const message = { cmd: 'publish', topic: 'flood', payload, qos: 0, dup: false, retain: false } as const;
      broker.latest.send(...Array.from({ length: 100 }, () => message));
      sent += 100;
    }
    setImmediate(some);
  };
  some();
  const stop = (): number => {
    isOver = true;
    return sent;
  };
  cleanup(() => void stop());
  return stop;
}
