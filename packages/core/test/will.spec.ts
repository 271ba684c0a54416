import { connect, type Socket } from 'node:net';
import { subscribeOnce, type Will, type WillProvider } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { startMosquitto, type Mosquitto } from './support/mosquitto.js';
import { failure, Inbox, newConnection, openConnection } from './support/open.js';
import { within } from './support/within.js';

leavesNothingBehind();

let mosquitto: Mosquitto;

beforeAll(async () => {
  mosquitto = await startMosquitto();
});

afterAll(() => mosquitto.remove());

/** A connection whose wire the test can cut: the server hears no goodbye. */
async function withWill(will: Will | WillProvider, protocolVersion: 5 | 4 = 5): Promise<() => void> {
  let socket: Socket | undefined;
  const transport = (): Socket => {
    socket = connect(mosquitto.port, '127.0.0.1');
    return socket;
  };
  const connection = newConnection(mosquitto.url, { transport, will, protocolVersion, reconnect: false });
  await within(connection.open(), 4_000, 'open()');
  cleanup(() => void socket?.destroy());
  return () => void socket?.destroy();
}

describe('the will', () => {
  test.each([
    ['with a payload', 'gone', 5],
    ['without one', '', 5],
    ['on MQTT 3.1.1', 'gone', 4],
  ] as const)('%s is published when the connection is lost', async (_, payload, version) => {
    const watcher = await openConnection(mosquitto.url);
    const inbox = new Inbox(watcher, 'plant/+/online', { qos: 1 });
    await within(inbox.subscription.ready, 4_000, 'SUBACK');
    const cut = await withWill(
      {
        topic: 'plant/7/online',
        payload,
        qos: 1,
        properties: {
          userProperties: [
            ['a', '1'],
            ['a', '2'],
          ],
        },
      },
      version,
    );
    cut();
    const [message] = await inbox.received(1);
    expect(inbox.texts).toEqual([payload]);
    expect(message).toMatchObject({ topic: 'plant/7/online', qos: 1, retain: false });
    if (version === 5) expect(message?.properties.userProperties).toEqual([['a', '1'], ['a', '2']]); // prettier-ignore
  });

  test('that is retained is there for who comes later', async () => {
    const watcher = await openConnection(mosquitto.url);
    const inbox = new Inbox(watcher, 'plant/8/online');
    await within(inbox.subscription.ready, 4_000, 'SUBACK');
    const cut = await withWill({ topic: 'plant/8/online', payload: 'false', retain: true });
    cut();
    await inbox.received(1);
    const [message] = await subscribeOnce(mosquitto.url, 'plant/8/online', { retained: 'only', timeout: 4_000 });
    expect(message).toMatchObject({ retain: true });
  });

  test.each([5, 4] as const)(
    'of a function is the one that it has made for this attempt (MQTT %d)',
    async (version) => {
      const watcher = await openConnection(mosquitto.url);
      const inbox = new Inbox(watcher, 'plant/+/lost', { qos: 1 });
      await within(inbox.subscription.ready, 4_000, 'SUBACK');
      let made = 0;
      const cut = await withWill(
        ({ endpoint }) =>
          Promise.resolve({ topic: 'plant/7/lost', payload: `${String(++made)} ${endpoint.host}`, qos: 1 }),
        version,
      );
      cut();
      await inbox.received(1);
      expect(inbox.texts).toEqual([`1 ${new URL(mosquitto.url).hostname}`]);
    },
  );

  test.each([
    ['close', 5],
    ['close', 4],
    ['drain', 5],
    ['drain', 3],
  ] as const)(
    'is published after %s({ withWill }) (MQTT %d), behind what was published',
    async (how, protocolVersion) => {
      const watcher = await openConnection(mosquitto.url);
      const inbox = new Inbox(watcher, 'plant/10/#', { qos: 1 });
      await within(inbox.subscription.ready, 4_000, 'SUBACK');
      const leaving = await openConnection(mosquitto.url, {
        clientId: `leaving-${how}`,
        protocolVersion,
        will: { topic: 'plant/10/online', payload: 'left', qos: 1 },
      });
      await leaving.publish('plant/10/last', 'word', { qos: 1 });
      await within<unknown>(leaving[how]({ withWill: true }), 8_000, how);
      await inbox.received(2);
      expect(inbox.texts).toEqual(['word', 'left']);
    },
  );

  test('session.expiry ends with close({ sessionExpiry: 0 }), and can last longer', async () => {
    const open = (): ReturnType<typeof openConnection> =>
      openConnection(mosquitto.url, { clientId: 'comes-back', session: { clean: false, expiry: 1_000 } });
    const first = await open();
    await first.close({ sessionExpiry: 2_000 });
    const second = await open();
    expect(second.negotiated?.sessionPresent).toBe(true);
    await second.close({ sessionExpiry: 0 });
    const third = await open();
    expect(third.negotiated?.sessionPresent).toBe(false);
  });

  test('is not published after drain()', async () => {
    const leaving = await openConnection(mosquitto.url, {
      will: { topic: 'plant/9/online', payload: 'false', retain: true },
    });
    await leaving.drain();
    expect(await failure(subscribeOnce(mosquitto.url, 'plant/9/online', { timeout: 300 }))).toMatchObject({
      code: 'ERR_MQTT_TIMEOUT',
    });
  });
});
