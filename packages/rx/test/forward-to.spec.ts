import { Subject, map, timer } from 'rxjs';
import { type ConnectionOptions, type Mqtt, forwardTo, json, publishTo, text } from '../src/index.js';
import { Log, newClient } from './open.js';
import { cleanup, leavesNothingBehind, startMosquitto } from './support.js';

leavesNothingBehind();

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

/** A session that a restarted mosquitto has kept: 2.0.11 forgets those that began with Clean Start. */
function kept(clientId: string): ConnectionOptions {
  return { clientId, session: { clean: false } };
}

/** A broker that keeps its sessions when it is stopped, as any that is to be relied on. */
async function startBroker() {
  const mosquitto = await startMosquitto('persistence true');
  cleanup(() => mosquitto.remove());
  return mosquitto;
}

describe('forwardTo, from mosquitto to mosquitto', () => {
  test.each([
    [1, 'without a break'],
    [4, 'each stopped and started again in turn, twice'],
  ] as const)('%s: loses nothing, and keeps the order (%s)', async (rounds, _how) => {
    const factory = await startBroker();
    const cloud = await startBroker();
    const machine = newClient(factory.url);
    const inner = newClient(factory.url, kept('inner'));
    const outer = newClient(cloud.url, kept('outer'));
    const office = newClient(cloud.url, kept('office'));

    const arrived = new Log(
      office.observe('factory/#', { qos: 1, codec: json<number>() }).pipe(map(({ value }) => value)),
    );
    await ready(office);
    const forwarded = new Log(
      inner
        .observe('plant/#', { qos: 1, ack: 'manual' })
        .pipe(forwardTo(outer, ({ topic, payload }) => ({ topic: `factory/${topic}`, payload }))),
    );
    await ready(inner);

    const source = new Subject<number>();
    const sent = new Log(
      source.pipe(
        map((payload) => ({ topic: 'plant/7', payload })),
        publishTo(machine, { qos: 1, codec: json<number>(), capacity: 100_000 }),
      ),
    );
    let next = 0;
    const ticking = setInterval(() => {
      source.next(next++);
    }, 1);
    cleanup(() => {
      clearInterval(ticking);
    });

    for (let round = 1; round <= rounds; round++) {
      const from = next;
      await arrived.until((values) => values.some((value) => value > from + 100), `round ${String(round)}`, 20_000);
      if (rounds === 1) break;
      const broker = round % 2 === 1 ? cloud : factory;
      await broker.stop();
      await broker.start();
    }
    const after = next;
    await arrived.until((values) => values.at(-1)! > after, 'it flows again', 20_000);
    clearInterval(ticking);
    await sent.received(next, 20_000);
    const all = Array.from({ length: next }, (_, n) => n);
    await arrived.until((values) => new Set(values).size === next, 'all have arrived', 20_000);

    const firsts = [...new Set(arrived.values)];
    expect(firsts).toEqual(all);
    expect([forwarded.error, sent.values.every(({ status }) => status === 'published')]).toEqual([undefined, true]);
    if (rounds === 1) expect(arrived.values).toEqual(all);
  });
});
