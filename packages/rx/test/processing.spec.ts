import { Subject, map, tap, timer } from 'rxjs';
import { type Mqtt, deadLetter, json, processEach, publishTo, text } from '../src/index.js';
import { Log, newClient } from './open.js';
import {
  cleanup,
  foreignStream,
  foreignSubscribe,
  leavesNothingBehind,
  startBroker,
  startMosquitto,
} from './support.js';

leavesNothingBehind();

const RECEIVE_MAXIMUM = 10;

/** Fulfils when the broker has granted what was asked for. */
async function ready(mqtt: Mqtt): Promise<void> {
  const probe = new Log(mqtt.observe('ready', { codec: text() }));
  const sent = new Log(
    timer(0, 20).pipe(
      map(() => ({ topic: 'ready', payload: '' })),
      publishTo(mqtt),
    ),
  );
  await probe.received(1);
  sent.unsubscribe();
  probe.unsubscribe();
}

describe('processEach', () => {
  test('leaves with a broker what exceeds Receive Maximum, acknowledges only what is done, in order', async () => {
    const total = 200;
    let sent = 0;
    let acknowledged = 0;
    let handled = 0;
    const broker = await startBroker();
    const send = (): void => {
      while (sent < total && sent - acknowledged < RECEIVE_MAXIMUM) {
        broker.latest.send({
          cmd: 'publish',
          topic: 'a',
          payload: String(sent),
          qos: 1,
          messageId: ++sent,
          dup: false,
          retain: false,
        });
      }
    };
    const faults: string[] = [];
    broker.on('subscribe', ({ messageId }, peer) => {
      peer.send({ cmd: 'suback', messageId, granted: [1] });
      send();
    });
    broker.on('puback', ({ messageId }) => {
      if (messageId !== ++acknowledged) faults.push(`${String(messageId)} instead of ${String(acknowledged)}`);
      if (acknowledged > handled) faults.push(`${String(messageId)} before it was handled`);
      send();
    });
    const mqtt = newClient(broker.url, { protocolVersion: 5, receiveMaximum: RECEIVE_MAXIMUM });
    const results = new Log(
      mqtt
        .observe('a', { qos: 1, ack: 'manual' })
        .pipe(processEach(({ payload }) => timer(payload.length * 2).pipe(tap(() => handled++)), { concurrency: 4 })),
    );
    await broker.connection(0);
    await broker.latest.received('puback', total, 20_000);
    expect(broker.latest.connect.properties?.receiveMaximum).toBe(RECEIVE_MAXIMUM);
    expect(faults).toEqual([]);
    expect(results.values.map(({ status }) => status)).toEqual(Array.from({ length: total }, () => 'processed'));
  });

  // Version 2.0.11 does not count what it had queued, and exceeds a Receive Maximum that is reached: the connection is made
  // again once, and what was under way comes twice.
  test.each([
    [4, RECEIVE_MAXIMUM, 'once'],
    [5, 1_000, 'once'],
    [5, RECEIVE_MAXIMUM, 'at least once'],
  ] as const)(
    'handles what mosquitto has, four at a time (MQTT version %s, Receive Maximum %s): %s',
    async (protocolVersion, receiveMaximum, how) => {
      const mosquitto = await startMosquitto();
      cleanup(() => mosquitto.remove());
      const mqtt = newClient(mosquitto.url, { protocolVersion, receiveMaximum });
      const states = new Log(mqtt.state$);
      let running = 0;
      let together = 0;
      let haveMet: () => void = () => undefined;
      const met = new Promise<void>((resolve) => (haveMet = resolve));
      const results = new Log(
        mqtt.observe('jobs', { qos: 1, ack: 'manual', codec: text() }).pipe(
          processEach(
            async ({ value }) => {
              together = Math.max(together, ++running);
              // The first four wait for each other, however slowly they come.
              if (running === 4) haveMet();
              await met;
              await new Promise((resolve) => setTimeout(resolve, 2));
              running--;
              return value;
            },
            { concurrency: 4 },
          ),
        ),
      );
      await ready(mqtt);
      const jobs = Array.from({ length: 300 }, (_, n) => String(n));
      await foreignStream(mosquitto.port, 'jobs', jobs, { qos: 1 });
      const handled = (): string[] =>
        results.values.flatMap((result) => (result.status === 'processed' ? [result.value] : []));
      await results.until(() => new Set(handled()).size === jobs.length, 'all are handled', 20_000);
      expect(together).toBe(4);
      if (how === 'once') expect(handled().sort((a, b) => Number(a) - Number(b))).toEqual(jobs);
      else expect(states.values.filter(({ type }) => type === 'reconnecting').length).toBeLessThanOrEqual(1);
    },
  );

  test('loses nothing when mosquitto is stopped and started again in mid-stream', async () => {
    const mosquitto = await startMosquitto('persistence true');
    cleanup(() => mosquitto.remove());
    // Version 2.0.11 forgets sessions that began with Clean Start when it is restarted.
    const worker = newClient(mosquitto.url, { clientId: 'worker', session: { clean: false } });
    const machine = newClient(mosquitto.url);
    const done = new Log(
      worker
        .observe('jobs', { qos: 1, ack: 'manual', codec: json<number>() })
        .pipe(processEach(({ value }) => timer(2).pipe(map(() => value)), { concurrency: 4 })),
    );
    await ready(worker);
    const source = new Subject<number>();
    const sent = new Log(
      source.pipe(
        map((payload) => ({ topic: 'jobs', payload })),
        publishTo(machine, { qos: 1, codec: json<number>(), capacity: 10_000 }),
      ),
    );
    let next = 0;
    const ticking = setInterval(() => {
      source.next(next++);
    }, 2);
    cleanup(() => {
      clearInterval(ticking);
    });
    for (let restart = 1; restart <= 2; restart++) {
      await done.received(restart * 100);
      await mosquitto.stop();
      await mosquitto.start();
    }
    await done.received(400, 20_000);
    clearInterval(ticking);
    await sent.received(next);
    const handled = (): Set<unknown> =>
      new Set(done.values.map((result) => (result.status === 'processed' ? result.value : undefined)));
    await done.until(
      () => Array.from({ length: next }, (_, n) => n).every((n) => handled().has(n)),
      'all are handled',
      20_000,
    );
    expect(sent.values.every(({ status }) => status === 'published')).toBe(true);
  });

  test('sends dead letters that mosquitto_sub can read', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const dead = await foreignSubscribe(mosquitto.port, 'dead/#', { qos: 1 });
    const mqtt = newClient(mosquitto.url);
    const results = new Log(
      mqtt.observe('jobs', { qos: 1, ack: 'manual' }).pipe(
        processEach(
          ({ payload }) => {
            if (payload.length > 3) throw new Error('too long');
          },
          { retry: { maxAttempts: 2, initialDelay: 1 }, deadLetter: deadLetter('dead/jobs'), mqtt },
        ),
      ),
    );
    await ready(mqtt);
    await foreignStream(mosquitto.port, 'jobs', ['one', 'three', 'two'], { qos: 1 });
    expect(await dead.received(1)).toEqual(['three']);
    await results.received(3);
    expect(results.values.map(({ status }) => status).sort()).toEqual(['deadLettered', 'processed', 'processed']);
  });
});
