import { BehaviorSubject, type Observable, firstValueFrom, map } from 'rxjs';
import { type Mqtt, type ObserveOptions, text } from '../src/index.js';
import { startAedes } from './aedes.js';
import { startGroupWorker } from './group-worker.js';
import { Log, newClient } from './open.js';
import { cleanup, foreignPublish, leavesNothingBehind, observeFor, startMosquitto, within } from './support.js';

leavesNothingBehind();

const brokers = {
  mosquitto: async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    return mosquitto.url;
  },
  aedes: async () => (await startAedes()).url,
} as const;
const everywhere = [
  ['mosquitto', 5],
  ['mosquitto', 4],
  ['aedes', 5],
  ['aedes', 4],
] as const;

function publish(mqtt: Mqtt, topic: string, payload: string, retain = false): Promise<unknown> {
  return within(firstValueFrom(mqtt.publish(topic, payload, { qos: 1, retain })), 5_000, `the publish to ${topic}`);
}

/** Fulfils when what was observed so far is granted: the server answers in order. */
async function granted(mqtt: Mqtt): Promise<void> {
  await within(mqtt.connection.subscribe('granted', {}, () => undefined).ready, 5_000, 'SUBACK');
}

/** What an observer gets, as `topic=text`, retained messages as `topic:=text`. */
function said(mqtt: Mqtt, filter: string, options: ObserveOptions = {}): Observable<string> {
  return mqtt
    .observe(filter, { qos: 1, ...options, codec: text() })
    .pipe(map(({ topic, retain, value }) => `${topic}${retain ? ':=' : '='}${value}`));
}

describe.each(everywhere)('on %s with MQTT version %i', (broker, protocolVersion) => {
  async function client(): Promise<Mqtt> {
    const mqtt = newClient(await brokers[broker](), { protocolVersion });
    await within(mqtt.connection.open(), 5_000, 'open()');
    return mqtt;
  }

  test("a late observer with retained: 'replay' gets the retained message of each topic, and nobody gets one twice", async () => {
    const mqtt = await client();
    for (const [topic, payload] of [
      ['a/1', 'one'],
      ['a/2', 'two'],
    ] as const)
      await publish(mqtt, topic, payload, true);
    const early = new Log(said(mqtt, 'a/+'));
    await early.received(2);
    for (let round = 0; round < 3; round++) {
      const late = new Log(said(mqtt, 'a/+', { retained: 'replay' }));
      await late.received(2);
      expect([...late.values].sort()).toEqual(['a/1:=one', 'a/2:=two']);
      await publish(mqtt, 'a/3', String(round));
      await late.received(3);
      late.unsubscribe();
    }
    await early.received(5);
    await observeFor(50);
    expect([...early.values].sort()).toEqual(['a/1:=one', 'a/2:=two', 'a/3=0', 'a/3=1', 'a/3=2']);
  });

  test("an observer with retained: 'live' gets no retained message, though another one does", async () => {
    const mqtt = await client();
    await publish(mqtt, 'a', 'old', true);
    const live = new Log(said(mqtt, 'a', { retained: 'live' }));
    const all = new Log(said(mqtt, 'a'));
    await all.received(1);
    await publish(mqtt, 'a', 'new');
    await all.received(2);
    await live.received(1);
    expect([live.values, all.values]).toEqual([['a=new'], ['a:=old', 'a=new']]);
  });

  test('a set of filters is one observer', async () => {
    const mqtt = await client();
    const seen = new Log(
      mqtt
        .observe({ 'a/{x}': { qos: 1 }, 'b/#': {} }, { codec: text() })
        .pipe(map(({ template, value }) => `${template} ${value}`)),
    );
    await granted(mqtt);
    for (const topic of ['a/1', 'b', 'b/2', 'c']) await publish(mqtt, topic, topic);
    await seen.received(3);
    expect(seen.values).toEqual(['a/{x} a/1', 'b/# b', 'b/# b/2']);
  });
});

describe('on mosquitto', () => {
  test('a stream of filters is followed without a gap: each message that an old or a new filter covers comes once', async () => {
    const url = await brokers.mosquitto();
    const mqtt = newClient(url);
    const filters$ = new BehaviorSubject<string[]>(['a/0', 'a/1']);
    const seen = new Log(mqtt.observe(filters$, { qos: 1, codec: text() }).pipe(map(({ value }) => Number(value))));
    await granted(mqtt);
    const other = newClient(url);
    // Always on a topic that is wanted before and after the change.
    for (let i = 0; i < 200; i++) {
      if (i % 20 === 10) filters$.next([[`a/${i}`, 'a/1'], ['a/+'], ['a/#', 'b'], ['a/1']][(i / 20) % 4 | 0] ?? []);
      await publish(other, 'a/1', String(i));
    }
    await seen.received(200);
    await observeFor(50);
    expect(seen.values).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  test.each([5, 4] as const)(
    'each observer gets each message once, however filters overlap (MQTT version %i)',
    async (protocolVersion) => {
      const mqtt = newClient(await brokers.mosquitto(), { protocolVersion });
      const filters = ['a/#', 'a/+', 'a/{x}', 'a/b', '+/b', 'a/b', '#'];
      const logs = filters.map((filter) => new Log(said(mqtt, filter)));
      const set = new Log(
        mqtt.observe(['a/#', '+/b', 'a/b'], { qos: 1, codec: text() }).pipe(map(({ value }) => `a/b=${value}`)),
      );
      await within(mqtt.connection.open(), 5_000, 'open()');
      for (const payload of ['1', '2', '3']) await publish(mqtt, 'a/b', payload);
      for (const log of [...logs, set]) await log.received(3);
      await observeFor(50);
      for (const log of [...logs, set]) expect(log.values).toEqual(['a/b=1', 'a/b=2', 'a/b=3']);
    },
  );

  test('a replay on one of several overlapping filters reaches those who asked', async () => {
    const mqtt = newClient(await brokers.mosquitto(), { protocolVersion: 5 });
    await within(mqtt.connection.open(), 5_000, 'open()');
    await publish(mqtt, 'a/b', 'kept', true);
    const wide = new Log(said(mqtt, '#'));
    const narrow = new Log(said(mqtt, 'a/b'));
    await wide.received(1);
    await narrow.received(1);
    const late = new Log(said(mqtt, 'a/b', { retained: 'replay' }));
    await late.received(1);
    await publish(mqtt, 'a/b', 'live');
    for (const log of [wide, narrow, late]) await log.received(2);
    await observeFor(50);
    for (const log of [wide, narrow, late]) expect(log.values).toEqual(['a/b:=kept', 'a/b=live']);
  });

  test('a group of three processes, of which one is killed in mid-work and comes back, loses nothing and shares the load evenly', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const count = 3_000;
    const start = (name: string) =>
      startGroupWorker({ url: mosquitto.url, clientId: name, filter: 'work/{id}', group: 'workers' });
    const workers = await Promise.all(['one', 'two', 'three'].map(start));
    const [first] = workers;
    const mqtt = newClient(mosquitto.url);
    const work = Array.from({ length: count }, (_, i) => String(i));
    const sent = Promise.all(work.map((id) => firstValueFrom(mqtt.publish(`work/${id}`, id, { qos: 1 }))));

    await first!.handled(200);
    await first!.kill();
    // What a supervisor does.
    const again = await start('one');
    await within(sent, 30_000, 'all is published');

    const all = [...workers, again];
    const done = (): Set<string> => new Set(all.flatMap(({ ids }) => ids));
    await again.until(() => done().size === count, 'all work is done', 30_000);
    const [one, two, three] = [[...first!.ids, ...again.ids], workers[1]!.ids, workers[2]!.ids].map(
      (ids) => new Set(ids).size,
    );
    for (const load of [one, two, three]) {
      expect(load).toBeGreaterThan((count / 3) * 0.8);
      expect(load).toBeLessThan((count / 3) * 1.2);
    }
  });

  test('a message of another client comes with captures', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const mqtt = newClient(mosquitto.url);
    const seen = new Log(mqtt.observe('plant/+/temp/#', { retained: 'replay' }).pipe(map(({ captures }) => captures)));
    await foreignPublish(mosquitto.port, 'plant/7/temp/inner/left', '21', { qos: 1, retain: true });
    await seen.received(1);
    expect(seen.values).toEqual([['7', 'inner/left']]);
  });
});
