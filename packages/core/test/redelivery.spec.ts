import type { Connection, Publication, PublishOutcome, QoS } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { failure, newConnection, openConnection, StateLog } from './support/open.js';
import { silent } from './support/replies.js';
import { countRoundTrips } from './support/round-trips.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { observeFor, within } from './support/within.js';

leavesNothingBehind();

const versions = [5, 4] as const;
/** `publish.window`, unless the application says otherwise. */
const DEFAULT_WINDOW = 64;

/** A session that continues, also on MQTT 3.1.1, where that is not the default. */
const kept = { session: { clean: false }, clientId: 'kept' };

describe('a session that the server has kept', () => {
  test.each(versions)(
    'QoS 1 before PUBACK: the same PUBLISH again, with DUP (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker({ publish: silent });
      const connection = await openConnection(broker.url, { protocolVersion, ...kept });
      const publication = connection.publish('a', 'x', { qos: 1, retain: true });
      await broker.latest.received('publish');
      broker.reset('publish');
      broker.latest.cut();
      await within(publication, 2_000, 'the publish');
      const [first, second] = broker.connections.map((peer) => peer.packets('publish'));
      expect(first).toMatchObject([{ dup: false, qos: 1, retain: true }]);
      expect(second).toMatchObject([{ dup: true, qos: 1, retain: true, topic: 'a', messageId: first?.[0]?.messageId }]);
    },
  );

  test.each(versions)(
    'QoS 2 before PUBREC: the same PUBLISH again, with DUP (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker({ publish: silent });
      const connection = await openConnection(broker.url, { protocolVersion, ...kept });
      const publication = connection.publish('a', 'x', { qos: 2 });
      await broker.latest.received('publish');
      broker.reset('publish');
      broker.latest.cut();
      await within(publication, 2_000, 'the publish');
      const [first, second] = broker.connections.map((peer) => peer.packets('publish'));
      expect(second).toMatchObject([{ dup: true, qos: 2, messageId: first?.[0]?.messageId }]);
      expect(broker.latest.commands).toEqual(['publish', 'pubrel']);
    },
  );

  test.each(versions)('QoS 2 after PUBREC: PUBREL only (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker({ pubrel: silent });
    const connection = await openConnection(broker.url, { protocolVersion, ...kept });
    const publication = connection.publish('a', 'x', { qos: 2 });
    const [pubrel] = await broker.latest.received('pubrel');
    broker.reset('pubrel');
    broker.latest.cut();
    await within(publication, 2_000, 'the publish');
    expect(broker.latest.commands).toEqual(['pubrel']);
    expect(broker.latest.packets('pubrel')).toMatchObject([{ messageId: pubrel?.messageId }]);
  });

  test('PUBCOMP 0x92 during recovery is success', async () => {
    const broker = await startBroker({ pubrel: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, ...kept });
    const publication = connection.publish('a', 'x', { qos: 2 });
    await broker.latest.received('pubrel');
    broker.on('pubrel', ({ messageId }, peer) => {
      peer.send({ cmd: 'pubcomp', messageId, reasonCode: 0x92 });
    });
    broker.latest.cut();
    expect(await within(publication, 2_000, 'the publish')).toMatchObject({ reasonCode: 0 });
  });

  test('PUBACK 0x92 during recovery is success, though the specification does not list it', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, ...kept });
    const publication = connection.publish('a', 'x', { qos: 1 });
    await broker.latest.received('publish');
    broker.on('publish', ({ messageId }, peer) => {
      peer.send({ cmd: 'puback', messageId, reasonCode: 0x92 });
    });
    broker.latest.cut();
    expect(await within(publication, 2_000, 'the publish')).toMatchObject({ reasonCode: 0 });
  });

  test('a message that was aborted on its way is not delivered twice, and its identifier not given to another', async () => {
    const broker = await startBroker({ pubrel: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, ...kept, publish: { window: 4 } });
    const abort = new AbortController();
    const aborted = connection.publish('a', 'aborted', { qos: 2, signal: abort.signal });
    const [pubrel] = await broker.latest.received('pubrel');
    abort.abort();
    await failure(aborted);
    const others = [1, 2, 3].map((i) => connection.publish('a', `other ${String(i)}`, { qos: 1 }));
    await within(Promise.all(others), 2_000, 'the others');
    const ids = broker.latest.packets('publish').map(({ messageId }) => messageId);
    expect(ids.slice(1)).not.toContain(pubrel?.messageId);
  });

  test('the window of the new connection counts for what is sent again', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, ...kept, publish: { window: 20 } });
    const publications = Array.from({ length: 20 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    await broker.latest.received('publish', 20);
    broker.connackProperties = { receiveMaximum: 3 };
    const flight = measureFlight(broker, 5);
    broker.latest.cut();
    await within(Promise.all(publications), 2_000, 'all publishes');
    expect(flight.most()).toBe(3);
    expect(broker.latest.packets('publish').map(({ payload }) => Number(payload.toString()))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
  });

  test('a message that is never acknowledged holds up only its own slot', async () => {
    const broker = await startBroker();
    broker.on('publish', ({ messageId, payload }, peer) => {
      if (payload.toString() !== '0') peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
    });
    const connection = await openConnection(broker.url, { ...kept, publish: { window: 2 } });
    const [silentOne, ...others] = Array.from({ length: 50 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    await within(Promise.all(others), 2_000, 'the 49 others');
    expect(silentOne?.outcome).toBeUndefined();
    broker.latest.cut();
    const more = Array.from({ length: 10 }, (_, i) => connection.publish('b', String(i + 1), { qos: 1 }));
    await within(Promise.all(more), 2_000, 'ten more on the next connection');
    expect(silentOne?.outcome).toBeUndefined();
  });
});

describe('a session that the server has lost', () => {
  const lost = async (broker: ScriptedBroker): Promise<void> => {
    broker.sessionPresent = false;
    broker.latest.cut();
    await broker.connection(1);
  };

  test.each(versions)('QoS 1 in flight goes out again as a new message (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url, { protocolVersion, ...kept });
    const publication = connection.publish('a', 'x', { qos: 1 });
    await broker.latest.received('publish');
    broker.reset('publish');
    await lost(broker);
    await within(publication, 2_000, 'the publish');
    expect(broker.latest.packets('publish')).toMatchObject([{ dup: false, payload: Buffer.from('x') }]);
  });

  test.each(versions)(
    'QoS 2 before PUBREC goes out again as a new message (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker({ publish: silent });
      const connection = await openConnection(broker.url, { protocolVersion, ...kept });
      const publication = connection.publish('a', 'x', { qos: 2 });
      await broker.latest.received('publish');
      broker.reset('publish');
      await lost(broker);
      await within(publication, 2_000, 'the publish');
      expect(broker.latest.packets('publish')).toMatchObject([{ dup: false }]);
    },
  );

  test.each(versions)(
    'QoS 2 after PUBREC is unknown, and sends no PUBREL (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker({ pubrel: silent });
      const connection = await openConnection(broker.url, { protocolVersion, ...kept });
      const publication = connection.publish('a', 'x', { qos: 2 });
      await broker.latest.received('pubrel');
      await lost(broker);
      expect(await failure(publication)).toMatchObject({ code: 'ERR_MQTT_UNKNOWN_OUTCOME', topic: 'a' });
      await observeFor(20);
      expect(broker.latest.commands).toEqual([]);
    },
  );
});

describe('order', () => {
  test.each([
    ['kept', true],
    ['lost', false],
  ])('within each QoS survives cuts, with the session %s', async (_, sessionPresent) => {
    const broker = await startBroker();
    const seen: Record<QoS, number[]> = { 0: [], 1: [], 2: [] };
    let arrived = 0;
    broker.sessionPresent = (_connect, index) => index > 0 && sessionPresent;
    broker.on('publish', ({ qos, payload, messageId }, peer) => {
      const number = Number(payload.toString());
      if (!seen[qos].includes(number)) seen[qos].push(number);
      // Three cuts, at places where messages of both kinds are in flight.
      if ([25, 60, 95].includes(++arrived)) peer.cut();
      else peer.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode: 0 });
    });
    const connection = await openConnection(broker.url, { ...kept, publish: { window: 10 } });
    const outcomes: PublishOutcome[] = [];
    const publications = Array.from({ length: 100 }, (_unused, i) =>
      connection.publish('a', String(i), { qos: i % 2 === 0 ? 1 : 2 }),
    );
    for (const publication of publications) publication.onSettled((outcome) => outcomes.push(outcome));
    await within(
      Promise.all(
        publications.map((each) =>
          each.then(
            () => undefined,
            () => undefined,
          ),
        ),
      ),
      3_000,
      'all settle',
    );
    expect(broker.connections).toHaveLength(4);
    expect(seen[1]).toEqual(Array.from({ length: 50 }, (_unused, i) => 2 * i));
    expect(seen[2]).toEqual(Array.from({ length: 50 }, (_unused, i) => 2 * i + 1));
    expect(outcomes).toHaveLength(100);
    if (sessionPresent) expect(outcomes.every(({ status }) => status === 'acknowledged')).toBe(true);
  });
});

/*
 * Counted, not timed: with one more round trip for CONNACK, 4 or 5 of them at 20 ms are 100 or 120 ms, far below 500 ms. What the machine takes for the work
 * itself is measured in `benchmarks`.
 */
describe('200 messages and a round trip of 20 ms', () => {
  const MESSAGES = 200;
  const publishAll = (connection: Connection): Publication[] =>
    Array.from({ length: MESSAGES }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
  const settled = (publications: readonly Publication[]): number =>
    publications.filter(({ outcome }) => outcome !== undefined).length;

  test('stored without a connection are delivered in under 500 ms, and open() does not wait for them', async () => {
    const broker = await startBroker();
    const trips = countRoundTrips(broker, MESSAGES, DEFAULT_WINDOW, true);
    const connection = newConnection(broker.url);
    const publications = publishAll(connection);
    await within(connection.open(), 2_000, 'open(), while nothing is acknowledged');
    expect(settled(publications)).toBe(0);
    trips.acknowledge();
    await within(Promise.all(publications), 2_000, 'all publishes, a window in each round trip');
    expect(trips.count).toBe(4);
  });

  test('in flight at a cut are delivered again in under 500 ms, and neither CONNACK nor subscriptions wait for them', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url, { ...kept, publish: { window: MESSAGES } });
    const publications = publishAll(connection);
    await broker.latest.received('publish', MESSAGES);
    const trips = countRoundTrips(broker, MESSAGES, 40, true);
    broker.connackProperties = { receiveMaximum: 40 };
    const states = new StateLog(connection);
    broker.latest.cut();
    await states.until('connected', 2);
    const subscription = connection.subscribe('b', {}, () => undefined);
    await within(subscription.ready, 2_000, 'SUBACK, while nothing is acknowledged');
    expect(settled(publications)).toBe(0);
    trips.acknowledge();
    await within(Promise.all(publications), 2_000, 'all publishes, a window in each round trip');
    expect(trips.count).toBe(5);
    expect(broker.latest.packets('publish')).toHaveLength(MESSAGES);
    expect(broker.latest.packets('publish').every(({ dup }) => dup)).toBe(true);
  });
});

/** Acknowledges each publish after `delay` milliseconds, and counts how many are unacknowledged at once. */
function measureFlight(broker: ScriptedBroker, delay: number): { most: () => number } {
  let inFlight = 0;
  let most = 0;
  broker.on('publish', ({ messageId }, peer) => {
    most = Math.max(most, ++inFlight);
    setTimeout(() => {
      inFlight--;
      peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
    }, delay);
  });
  return { most: () => most };
}
