import { filter, firstValueFrom, map, of, range, Subject, take } from 'rxjs';
import { type ConnectionState, json, type Mqtt, number, publishTo, text } from '../src/index.js';
import { startAedes } from './aedes.js';
import { Log, newClient } from './open.js';
import {
  cleanup,
  foreignPublish,
  foreignStream,
  foreignSubscribe,
  leavesNothingBehind,
  observeFor,
  startBroker,
  startMosquitto,
  within,
  withoutTimers,
} from './support.js';

leavesNothingBehind();

interface Reading {
  readonly index: number;
  readonly celsius: number;
}

const readings = (count: number): Reading[] =>
  Array.from({ length: count }, (_, index) => ({ index, celsius: index % 100 }));

/** Observes readings, and publishes an alarm for each that is too hot. */
function startPipeline(mqtt: Mqtt, qos: 0 | 1 | 2) {
  return new Log(
    mqtt.observe('plant/{line}/{machine}/telemetry', { qos, codec: json<Reading>() }).pipe(
      filter(({ value }) => value.celsius >= 50),
      map(({ params, value }) => ({ topic: `alarm/${params.line}/${params.machine}`, payload: String(value.index) })),
      publishTo(mqtt, { qos, capacity: 10_000 }),
    ),
  );
}

const isHot = ({ celsius }: Reading): boolean => celsius >= 50;

describe('a pipeline on mosquitto', () => {
  test.each([0, 1, 2] as const)(
    'takes 10,000 readings of mosquitto_pub -l, and its alarms reach mosquitto_sub, in order (QoS %s)',
    async (qos) => {
      const mosquitto = await startMosquitto();
      cleanup(() => mosquitto.remove());
      const alarms = await foreignSubscribe(mosquitto.port, 'alarm/#', { qos });
      const mqtt = newClient(mosquitto.url);
      const statuses = startPipeline(mqtt, qos);
      const probe = new Log(mqtt.observe('probe', { codec: text() }));
      await ready(mosquitto.port, probe);

      const all = readings(10_000);
      await foreignStream(
        mosquitto.port,
        'plant/north/press-1/telemetry',
        all.map((reading) => JSON.stringify(reading)),
        { qos },
      );
      const expected = all.filter(isHot).map(({ index }) => String(index));
      expect(await alarms.received(expected.length, 20_000)).toEqual(expected);
      await statuses.received(expected.length);
      expect(statuses.values.map(({ index }) => index)).toEqual(expected.map((_, i) => i));
      expect(statuses.values.every(({ status }) => status === 'published')).toBe(true);
    },
  );

  test('takes single messages of mosquitto_pub', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const mqtt = newClient(mosquitto.webSocketUrl);
    const values = new Log(
      mqtt
        .observe('site/{site}/{rest#}', { qos: 1, codec: number() })
        .pipe(map(({ params, value }) => ({ ...params, value }))),
    );
    const probe = new Log(mqtt.observe('probe', { codec: text() }));
    await ready(mosquitto.port, probe);
    await foreignPublish(mosquitto.port, 'site/a/b/c', '21.5', { qos: 1 });
    expect(await values.received(1)).toEqual([{ site: 'a', rest: 'b/c', value: 21.5 }]);
  });

  test('goes on by itself when mosquitto is killed and started again three times in mid-stream', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const plant = newClient(mosquitto.url);
    const statuses = startPipeline(plant, 1);
    const states = new Log(plant.state$);
    const errors = new Log(plant.errors$);
    const office = newClient(mosquitto.url);
    const alarms = new Log(office.observe('alarm/#', { qos: 1, codec: number() }).pipe(map(({ value }) => value)));
    const machine = newClient(mosquitto.url);

    const source = new Subject<Reading>();
    let index = 0;
    const ticking = setInterval(() => {
      source.next({ index: index++, celsius: 60 });
    }, 1);
    cleanup(() => {
      clearInterval(ticking);
    });
    const sent = new Log(
      source.pipe(
        map((reading) => ({ topic: 'plant/north/press-1/telemetry', payload: reading })),
        publishTo(machine, { qos: 1, codec: json<Reading>(), capacity: 100_000 }),
      ),
    );

    await alarms.received(50);
    for (let restart = 1; restart <= 3; restart++) {
      await mosquitto.kill();
      const before = index;
      await states.until((all) => count(all, 'reconnecting') >= restart, `loss ${String(restart)} is seen`);
      await mosquitto.start();
      await alarms.until(
        (values) => values.some((value) => value > before + 50),
        `readings flow again after restart ${String(restart)}`,
        10_000,
      );
    }
    clearInterval(ticking);
    await sent.received(index);
    await alarms.until((values) => values.includes(index - 1), 'the last reading arrives');

    // At least once: what was repeated was repeated in order, and nothing is out of order otherwise.
    const firsts = [...new Set(alarms.values)];
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(sent.values.every(({ status }) => status === 'published')).toBe(true);
    expect(statuses.values.every(({ status }) => status === 'published')).toBe(true);
    expect([statuses.completed, statuses.error, alarms.error]).toEqual([false, undefined, undefined]);

    expect(count(states.values, 'connected')).toBe(4);
    const losses = states.values.filter(
      (state, i) => state.type === 'reconnecting' && states.values[i - 1]?.type === 'connected',
    );
    expect(losses).toHaveLength(3);
    for (const state of states.values) {
      if (state.type !== 'reconnecting') continue;
      expect(['network', 'server']).toContain(state.by);
      expect(state.cause).toMatchObject({ code: 'ERR_MQTT_NETWORK', retryable: true });
    }
    expect(errors.values.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a pipeline on aedes', () => {
  test.each([5, 4] as const)('observes and publishes (MQTT version %s)', async (protocolVersion) => {
    const { url } = await startAedes();
    const mqtt = newClient(url, { protocolVersion });
    const statuses = startPipeline(mqtt, 1);
    const alarms = new Log(mqtt.observe('alarm/{line}/{machine}', { qos: 1, codec: text() }));
    const all = readings(300);
    const probe = new Log(mqtt.observe('plant/+/+/telemetry', { qos: 1 }));
    await connected(mqtt);
    const feed = new Log(
      of(...all).pipe(
        map((payload) => ({ topic: 'plant/north/press-1/telemetry', payload })),
        publishTo(mqtt, { qos: 1, codec: json<Reading>() }),
      ),
    );
    await feed.ended();
    await probe.received(all.length);
    const expected = all.filter(isHot).map(({ index }) => String(index));
    await alarms.received(expected.length);
    expect(alarms.values.map(({ value }) => value)).toEqual(expected);
    expect(alarms.values[0]?.params).toEqual({ line: 'north', machine: 'press-1' });
    expect(statuses.values.map(({ status }) => status)).toEqual(expected.map(() => 'published'));
    expect(mqtt.connection.negotiated?.protocolVersion).toBe(protocolVersion);
  });

  test('gives each observer each message once, however filters overlap (MQTT version 4)', () => overlap(4));

  // aedes 2.0.0-beta.1 sends one copy with the identifier of one subscription, where [MQTT-3.3.4-3] wants all of them: the
  // other observers cannot know that the copy is theirs.
  test.failing('gives each observer each message once, however filters overlap (MQTT version 5)', () => overlap(5));

  async function overlap(protocolVersion: 4 | 5): Promise<void> {
    const { url } = await startAedes();
    const mqtt = newClient(url, { protocolVersion });
    const logs = ['a/#', 'a/+', 'a/{x}', 'a/b', '+/b', 'a/b'].map(
      (each) => new Log(mqtt.observe(each, { qos: 1, codec: text() })),
    );
    const behind = new Log(mqtt.observe('behind', { qos: 1 }));
    await connected(mqtt);
    for (const payload of ['1', '2', '3'])
      await within(firstValueFrom(mqtt.publish('a/b', payload, { qos: 1 })), 2_000, 'the publish');
    await within(firstValueFrom(mqtt.publish('behind', '', { qos: 1 })), 2_000, 'the publish');
    await behind.received(1);
    // Who is known to miss some is not waited for.
    if (protocolVersion === 4) for (const log of logs) await log.received(3);
    await observeFor(50);
    for (const log of logs) expect(log.values.map(({ value }) => value)).toEqual(['1', '2', '3']);
  }
});

describe('observers', () => {
  const message = { cmd: 'publish', topic: 'a', payload: '{}', qos: 0, dup: false, retain: false } as const;

  test('do not open a connection before somebody subscribes; the first does, the last one to leave unsubscribes', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    const messages$ = mqtt.observe('a');
    const states = new Log(mqtt.state$);
    await observeFor(20);
    expect(broker.connections).toHaveLength(0);
    expect(states.values).toEqual([{ type: 'idle' }]);
    const first = new Log(messages$);
    const second = new Log(messages$);
    await (await broker.connection(0)).received('subscribe');
    broker.latest.send(message);
    await first.received(1);
    await second.received(1);
    first.unsubscribe();
    await observeFor(20);
    expect(broker.latest.commands).toEqual(['subscribe']);
    second.unsubscribe();
    await broker.latest.received('unsubscribe');
    expect(broker.latest.commands).toEqual(['subscribe', 'unsubscribe']);
  });

  test('fail alone: by their codec, or by an operator that throws', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    const decoding = new Log(mqtt.observe('a', { qos: 1, codec: number(), onDecodeError: 'error' }));
    const throwing = new Log(
      mqtt.observe('a', { qos: 1 }).pipe(
        map(() => {
          throw new Error('a mistake');
        }),
      ),
    );
    const healthy = new Log(mqtt.observe('a', { qos: 1, codec: text() }));
    const other = new Log(mqtt.observe('+', { qos: 1, codec: json() }));
    const peer = await broker.connection(0);
    await broker.until(
      () => peer.packets('subscribe').flatMap(({ subscriptions }) => subscriptions).length >= 2,
      'both filters',
    );
    peer.send({ ...message, qos: 1, messageId: 1 }, { ...message, qos: 1, messageId: 2, payload: '[]' });
    await peer.received('puback', 2);
    expect(decoding.error).toMatchObject({ code: 'ERR_MQTT_DECODE', topic: 'a' });
    expect(throwing.error).toMatchObject({ message: 'a mistake' });
    expect([healthy.values.length, healthy.error, other.values.length, other.error]).toEqual([
      2,
      undefined,
      2,
      undefined,
    ]);
    expect(peer.commands).not.toContain('unsubscribe');
    expect(mqtt.connection.state.type).toBe('connected');
  });

  test('are told when the server refuses, alone', async () => {
    const broker = await startBroker({
      subscribe({ messageId, subscriptions }, peer) {
        peer.send({
          cmd: 'suback',
          messageId,
          granted: subscriptions.map(({ topic }) => (topic === 'forbidden' ? 0x87 : 0)),
        });
      },
    });
    const mqtt = newClient(broker.url);
    const forbidden = new Log(mqtt.observe('forbidden'));
    const allowed = new Log(mqtt.observe('a'));
    await forbidden.ended();
    expect(forbidden.error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED', reasonCode: 0x87 });
    broker.latest.send(message);
    await allowed.received(1);
  });

  test('complete when the client is closed, and so do its states and errors', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    const logs = [
      new Log(mqtt.observe('a')),
      new Log(mqtt.state$),
      new Log(mqtt.connected$),
      new Log(mqtt.errors$),
      new Log(mqtt.drops$),
    ];
    await connected(mqtt);
    await withoutTimers(() => mqtt.close(), 'close()');
    for (const log of logs) expect([log.completed, log.error]).toEqual([true, undefined]);
    expect(await mqtt.closed).toMatchObject({ type: 'closed', by: 'user' });
    const late = new Log(mqtt.observe('a'));
    await late.ended();
    expect(late.error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });

  test('error when the connection has failed for good', async () => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send({ cmd: 'connack', reasonCode: 0x8a, sessionPresent: false });
      },
    });
    const mqtt = newClient(broker.url, { protocolVersion: 5 });
    const log = new Log(mqtt.observe('a'));
    const states = new Log(mqtt.state$);
    await log.ended();
    expect(log.error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode: 0x8a });
    expect(states.values.at(-1)).toMatchObject({ type: 'failed', by: 'server', cause: { reasonCode: 0x8a } });
  });

  test('that take one message leave nothing behind at the broker', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    const one = new Log(mqtt.observe('a').pipe(take(1)));
    await (await broker.connection(0)).received('subscribe');
    broker.latest.send(message, message, message);
    await one.ended();
    await broker.latest.received('unsubscribe');
    expect(one.values).toHaveLength(1);
  });
});

describe('publishTo', () => {
  test('emits one status per input, in order, within its window', async () => {
    const broker = await startBroker();
    let inFlight = 0;
    let most = 0;
    broker.on('publish', ({ messageId }, peer) => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
      }, 3);
    });
    const mqtt = newClient(broker.url);
    const statuses = new Log(
      range(0, 50).pipe(
        map((i) => ({ payload: String(i) })),
        publishTo(mqtt, { topic: 'a', qos: 1, window: 4 }),
      ),
    );
    await statuses.ended();
    expect(statuses.values.map(({ index, status }) => [index, status])).toEqual(
      Array.from({ length: 50 }, (_, i) => [i, 'published']),
    );
    expect(most).toBe(4);
  });

  test('tells of refusals without an end of the stream', async () => {
    const broker = await startBroker({
      publish({ messageId, payload }, peer) {
        peer.send({ cmd: 'puback', messageId, reasonCode: payload.toString() === 'no' ? 0x87 : 0 });
      },
    });
    const mqtt = newClient(broker.url, { protocolVersion: 5 });
    const inputs = [
      { topic: 'a', payload: 'yes' },
      { topic: 'a', payload: 'no' },
      { topic: 'a/#', payload: 'bad topic' },
      { topic: 'a', payload: 'yes' },
    ];
    const statuses = new Log(of(...inputs).pipe(publishTo(mqtt, { qos: 1 })));
    await statuses.ended();
    const byIndex = [...statuses.values].sort((x, y) => x.index - y.index);
    expect(byIndex.map((each) => (each.status === 'failed' ? each.error.code : each.status))).toEqual([
      'published',
      'ERR_MQTT_PUBLISH_REFUSED',
      'ERR_MQTT_INVALID_TOPIC',
      'published',
    ]);
  });

  test('sends 100,000 small inputs that waited for the connection', async () => {
    const broker = await startBroker();
    const mqtt = newClient(broker.url);
    const inputs$ = range(0, 100_000).pipe(map(() => ({ payload: 'x' })));
    const statuses = new Log(inputs$.pipe(publishTo(mqtt, { topic: 'a', capacity: 100_000 })));
    await statuses.ended(10_000);
    expect(statuses.values.filter(({ status }) => status === 'published')).toHaveLength(100_000);
    await broker.latest.received('publish', 100_000, 20_000);
  });
});

/** Fulfils when what was observed so far is subscribed: the probe was observed last. */
async function ready(port: number, probe: Log<unknown>): Promise<void> {
  while (probe.values.length === 0) {
    await foreignPublish(port, 'probe', 'ready', { qos: 1 });
    await observeFor(5);
  }
}

async function connected(mqtt: Mqtt): Promise<void> {
  await within(mqtt.connection.open(), 2_000, 'open()');
}

function count(states: readonly ConnectionState[], type: ConnectionState['type']): number {
  return states.filter((state) => state.type === type).length;
}
