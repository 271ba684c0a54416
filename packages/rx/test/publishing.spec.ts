import { Readable } from 'node:stream';
import { map, tap } from 'rxjs';
import { type Mqtt, type PublishInput, text } from '../src/index.js';
import { startAedes } from './aedes.js';
import { Log, newClient } from './open.js';
import {
  cleanup,
  foreignPublish,
  foreignSubscribe,
  leavesNothingBehind,
  nextTurn,
  observeFor,
  startBroker,
  startMosquitto,
  within,
} from './support.js';

leavesNothingBehind();

function counting(count: number, payload: string | Uint8Array = '') {
  const seen = { pulled: 0, closed: false };
  async function* items(): AsyncGenerator<PublishInput> {
    try {
      for (let i = 0; i < count; i++) {
        seen.pulled++;
        yield { topic: `n/${String(i)}`, payload };
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, items };
}

async function granted(mqtt: Mqtt, filter: string): Promise<void> {
  await within(mqtt.connection.subscribe(filter, { qos: 1 }, () => undefined).ready, 5_000, 'SUBACK');
}

describe('publishAll', () => {
  test('never has more than its window ahead of a broker that acknowledges at random', async () => {
    const broker = await startBroker();
    const held: (() => void)[] = [];
    broker.on('publish', ({ messageId }, peer) => {
      held.push(() => {
        peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
      });
    });
    const mqtt = newClient(broker.url);
    const { seen, items } = counting(500);
    let settled = 0;
    let most = 0;
    const statuses = new Log(
      mqtt.publishAll(items(), { qos: 1, window: 8 }).pipe(
        tap(() => {
          settled++;
        }),
      ),
    );
    while (!statuses.completed) {
      await broker.until(() => held.length > 0, 'something to acknowledge');
      most = Math.max(most, seen.pulled - settled);
      for (const release of held.splice(0)) release();
      await observeFor(1);
    }

    expect(most).toBeLessThanOrEqual(9);
    expect(statuses.values.map(({ index }) => index)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  test('rests while the broker stops acknowledging, and closes its source when it is left', async () => {
    const broker = await startBroker();
    broker.on('publish', () => undefined);
    const mqtt = newClient(broker.url);
    const { seen, items } = counting(1_000_000);
    const statuses = new Log(mqtt.publishAll(items(), { qos: 1, window: 8 }));
    await (await broker.connection(0)).received('publish', 8);
    await observeFor(50);
    expect(seen.pulled).toBe(8);

    statuses.unsubscribe();
    await nextTurn();

    expect(seen).toEqual({ pulled: 8, closed: true });
  });

  test('rests while the socket does not drain (QoS 0)', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    await within(mqtt.connection.open(), 5_000, 'open()');
    const peer = await broker.connection(0);
    peer.stopReading();
    const { seen, items } = counting(1_000_000, new Uint8Array(64 * 1024));
    const statuses = new Log(mqtt.publishAll(items(), { window: 4 }));
    let before = -1;
    while (before !== seen.pulled) {
      before = seen.pulled;
      await observeFor(200);
    }
    // The kernel's buffers are full, and no more of a terabyte is read.
    expect(seen.pulled).toBeLessThan(2_000);
    expect(seen.pulled - statuses.values.length).toBeLessThanOrEqual(5);
    statuses.unsubscribe();
    peer.resumeReading();
  });

  test('sends a Readable to mosquitto, in order', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const subscriber = await foreignSubscribe(mosquitto.port, 'import', { qos: 1 });
    const mqtt = newClient(mosquitto.url);
    const lines = Array.from({ length: 3_000 }, (_, i) => `line ${String(i)}`);
    const statuses = new Log(mqtt.publishAll(Readable.from(lines), { topic: 'import', qos: 1, window: 16 }));
    await statuses.ended(20_000);
    await subscriber.received(lines.length, 20_000);

    expect(statuses.values.every(({ status }) => status === 'published')).toBe(true);
    expect(subscriber.payloads).toEqual(lines);
  });
});

describe('a sink', () => {
  test('with dropOldest sends what is newest after mosquitto was away', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const mqtt = newClient(mosquitto.url, { session: { clean: true } });
    const sink = mqtt.sink({ topic: 'a', qos: 1, window: 4, capacity: 6, overflow: 'dropOldest' });
    const results = new Log(sink.results$);
    await within(mqtt.connection.open(), 5_000, 'open()');
    await mosquitto.kill();
    await within(
      new Promise<void>((resolve) => mqtt.connection.on('state', ({ type }) => type === 'reconnecting' && resolve())),
      5_000,
      'the loss',
    );
    for (let i = 0; i < 100; i++) sink.next({ payload: String(i) });
    expect(results.values).toHaveLength(90);
    sink.complete();

    await mosquitto.start();
    const subscriber = await foreignSubscribe(mosquitto.port, 'never', {});
    await expect(within(sink.closed, 20_000, 'the sink closes')).resolves.toEqual({
      published: 10,
      failed: 90,
      error: undefined,
    });
    expect(subscriber.payloads).toEqual([]);
    expect(results.values.filter(({ status }) => status === 'published').map(({ index }) => index)).toEqual([
      90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    ]);
  });
});

test('publishDefaults hold for publish, sinks and publishTo on mosquitto', async () => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  const mqtt = newClient(mosquitto.url, {
    publishDefaults: { '#': { qos: 1 }, 'plant/#': { retain: true }, 'plant/raw': { qos: 0 } },
  });
  const published = new Log(mqtt.publish('plant/1', 'a'));
  const sink = mqtt.sink();
  const results = new Log(sink.results$);
  sink.next({ topic: 'plant/2', payload: 'b' });
  sink.next({ topic: 'plant/3', payload: 'c', retain: false });
  sink.next({ topic: 'plant/raw', payload: 'd' });
  await published.ended();
  await results.received(3);
  expect(published.values).toMatchObject([{ qos: 1 }]);
  expect(results.values.map((each) => each.status === 'published' && each.result.qos)).toEqual([1, 1, 0]);

  const late = newClient(mosquitto.url);
  const retained = new Log(late.observe('plant/#', { qos: 1, codec: text() }).pipe(map(({ topic }) => topic)));
  await retained.received(3);
  await granted(late, 'flush');
  expect([...retained.values].sort()).toEqual(['plant/1', 'plant/2', 'plant/raw']);
});

describe.each([
  ['mosquitto', 5],
  ['mosquitto', 4],
  ['aedes', 5],
  ['aedes', 4],
] as const)('clearRetained on %s, MQTT version %s', (name, protocolVersion) => {
  test('clears what is retained under a filter, and nothing else', async () => {
    const url =
      name === 'aedes'
        ? (await startAedes()).url
        : await startMosquitto().then((mosquitto) => {
            cleanup(() => mosquitto.remove());
            return mosquitto.url;
          });
    const mqtt = newClient(url, { protocolVersion });
    const count = 300;
    const topics = Array.from({ length: count }, (_, i) => `old/${String(i)}`);
    const inputs = [...topics, 'other'].map(
      (topic): PublishInput => ({ topic, payload: 'x', retain: true, qos: anyQoS(topic) }),
    );
    const filled = new Log(mqtt.publishAll(inputs));
    await filled.ended(20_000);
    // Somebody observes the same filter already.
    const observed = new Log(mqtt.observe('old/#', { qos: 1 }));
    await granted(mqtt, 'old/#');

    const cleared = new Log(mqtt.clearRetained('old/#'));
    await cleared.ended(20_000);

    expect(cleared.error).toBeUndefined();
    // Some brokers send one twice while it is being cleared.
    expect(new Set(cleared.values.map(({ topic }) => topic))).toEqual(new Set(topics));
    expect(cleared.values.every(({ status }) => status === 'cleared')).toBe(true);
    observed.unsubscribe();
    const late = newClient(url, { protocolVersion });
    const left = new Log(late.observe('#').pipe(map(({ topic }) => topic)));
    await left.received(1);
    await observeFor(100);
    expect(left.values).toEqual(['other']);
  });
});

/** Of every quality of service. */
function anyQoS(topic: string): 0 | 1 | 2 {
  return (topic.length % 3) as 0 | 1 | 2;
}

test('foreign retained messages are cleared, too', async () => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  await foreignPublish(mosquitto.port, 'f/1', 'x', { retain: true, qos: 1 });
  const mqtt = newClient(mosquitto.url);
  const cleared = new Log(mqtt.clearRetained('f/+'));
  await cleared.ended();

  expect(cleared.values).toMatchObject([{ status: 'cleared', topic: 'f/1' }]);
});
