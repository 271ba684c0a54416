import type { Publication } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { newConnection, openConnection } from './support/open.js';
import { startProxy } from './support/proxy.js';
import { silent } from './support/replies.js';
import { countRoundTrips } from './support/round-trips.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

/*
 * What has to be sent again takes as many round trips as the window asks for, and nothing else waits for it. Counted, not
 * timed: the broker acknowledges nothing before a whole window has come, so that who waits for a message before sending the
 * next one would wait for ever.
 */

leavesNothingBehind();

const MESSAGES = 200;
const kept = { clientId: 'kept', session: { clean: false } };

function publishAll(publish: (text: string) => Publication): Publication[] {
  return Array.from({ length: MESSAGES }, (_, i) => publish(String(i)));
}

describe('200 messages of QoS 1', () => {
  test.each([
    [64, 4],
    [20, 10],
    [200, 1],
  ])(
    'in flight at a cut, at a Receive Maximum of %s, go again in %s round trips, with CONNACK and subscriptions ahead of them',
    async (window, rounds) => {
      const broker = await startBroker({ publish: silent });
      const connection = await openConnection(broker.url, { ...kept, publish: { window: MESSAGES } });
      const publications = publishAll((text) => connection.publish('a', text, { qos: 1 }));
      await broker.latest.received('publish', MESSAGES);
      const trips = countRoundTrips(broker, MESSAGES, window);
      broker.connackProperties = { receiveMaximum: window };
      const events: string[] = [];
      connection.on('state', ({ type }) => {
        const settled = publications.filter(({ outcome }) => outcome !== undefined).length;
        if (type === 'connected') events.push(`connected, ${String(settled)} settled`);
      });
      broker.latest.cut();
      connection.subscribe('b', {}, { message: () => undefined, ready: () => events.push('subscribed') });
      for (const publication of publications) publication.onSettled(() => events.push('settled'));
      await within(Promise.all(publications), 2_000, 'all publishes');
      expect(events.slice(0, 2)).toEqual(['connected, 0 settled', 'subscribed']);
      expect(trips.count).toBe(rounds);
      const { latest } = broker;
      expect(latest.commands[0]).toBe('subscribe');
      expect(latest.packets('publish').every(({ dup }) => dup)).toBe(true);
      expect(latest.packets('publish').map(({ payload }) => Number(payload.toString()))).toEqual(
        Array.from({ length: MESSAGES }, (_, i) => i),
      );
    },
  );

  test('that waited for the first connection leave in as few', async () => {
    const broker = await startBroker();
    const trips = countRoundTrips(broker, MESSAGES, 50);
    broker.connackProperties = { receiveMaximum: 50 };
    const connection = newConnection(broker.url);
    const publications = publishAll((text) => connection.publish('a', text, { qos: 1 }));
    const subscription = connection.subscribe('b', {}, () => undefined);
    await within(connection.open(), 2_000, 'open()');
    await within(Promise.all([subscription.ready, ...publications]), 2_000, 'everything');
    expect(trips.count).toBe(4);
    expect(broker.latest.commands[0]).toBe('subscribe');
  });

  test('over a network with a round trip of 20 ms', async () => {
    const broker = await startBroker({ publish: silent });
    const proxy = await startProxy(broker.port, { delay: 10 });
    const connection = await openConnection(proxy.url, { ...kept, publish: { window: MESSAGES } });
    const publications = publishAll((text) => connection.publish('a', text, { qos: 1 }));
    await broker.latest.received('publish', MESSAGES);
    const trips = countRoundTrips(broker, MESSAGES, 64);
    broker.connackProperties = { receiveMaximum: 64 };
    const events: string[] = [];
    connection.on('state', ({ type }) => events.push(type));
    for (const publication of publications) publication.onSettled(() => events.push('settled'));
    const start = performance.now();
    broker.latest.cut();
    await within(Promise.all(publications), 2_000, 'all publishes');
    // 500 ms are asked for; this takes five round trips, with that of CONNACK.
    expect(trips.count).toBe(4);
    expect(events.slice(0, 4)).toEqual(['reconnecting', 'connecting', 'connected', 'settled']);
    if (process.env['RXMQTT_FIGURES'] !== undefined)
      process.stdout.write(`redelivery, ms since the cut: ${String(Math.round(performance.now() - start))}\n`);
  });
});
