import type { Connection } from '../../connection/connection.js';
import type { MqttMessage } from '../../message/mqtt-message.js';
import type { ConnectionOptions } from '../../options/connection-options.js';
import type { SubscribeOptions } from '../../subscriptions/subscribe-options.js';
import { VirtualClock } from '../virtual-clock.js';
import type { TestBrokerOptions } from './broker-options.js';
import { cutAfter, cutBefore, disconnectAt, ignore, refuse } from './fault.js';
import { type AcceptedMessage, type TestBroker, createTestBroker } from './test-broker.js';

interface World {
  readonly broker: TestBroker;
  readonly clock: VirtualClock;
  readonly accepted: AcceptedMessage[];
  /** A connection that is open. */
  join(options?: ConnectionOptions): Connection;
  /** What the connection gets of a filter, from now on. */
  listen(connection: Connection, filter: string | string[], options?: SubscribeOptions): MqttMessage[];
}

function world(options: Omit<TestBrokerOptions, 'clock'> = {}): World {
  const clock = new VirtualClock();
  const broker = createTestBroker({ ...options, clock });
  const accepted: AcceptedMessage[] = [];
  broker.onMessage((message) => accepted.push(message));
  return {
    broker,
    clock,
    accepted,
    join: (own = {}) => {
      const connection = broker.createConnection(own);
      connection.open().catch(() => undefined);
      clock.advance(100);
      return connection;
    },
    listen: (connection, filter, own = {}) => {
      const messages: MqttMessage[] = [];
      connection.subscribe(filter, own, (message) => {
        messages.push(message);
      });
      clock.advance(100);
      return messages;
    },
  };
}

const text = ({ payload }: { readonly payload: Uint8Array }): string => new TextDecoder().decode(payload);
const types = (broker: TestBroker): string[] =>
  broker.packets.map(({ from, type }) => `${from === 'client' ? '>' : '<'}${type}`);

describe.each([5, 4] as const)('a test broker with MQTT %d', (protocolVersion) => {
  it.each([0, 1, 2] as const)('brings a message of QoS %d from one client to another, once', (qos) => {
    const { join, listen, clock } = world();
    const messages = listen(join({ protocolVersion }), 'a/+', { qos });
    const sender = join({ protocolVersion });

    const publication = sender.publish('a/b', 'x', { qos });
    clock.advance();

    expect(messages.map(text)).toEqual(['x']);
    expect(messages[0]).toMatchObject({ topic: 'a/b', qos, retain: false, dup: false });
    expect(publication.outcome).toMatchObject({ status: 'acknowledged' });
  });

  it('keeps retained messages for later, and forgets them when they are empty', () => {
    const { broker, join, listen, clock } = world();
    const connection = join({ protocolVersion });
    connection.publish('a', 'kept', { retain: true });
    connection.publish('b', 'gone', { retain: true });
    connection.publish('b', '', { retain: true });
    clock.advance();

    const messages = listen(connection, '#');

    expect(messages.map((each) => [each.topic, text(each), each.retain])).toEqual([['a', 'kept', true]]);
    expect(broker.retained).toEqual(new Map([['a', 'kept']]));
  });

  it('repeats what was not acknowledged when the session is resumed', () => {
    const { broker, join, clock } = world();
    const connection = join({ protocolVersion, clientId: 'c', session: { clean: 'first' } });
    const messages: MqttMessage[] = [];
    connection.subscribe('a', { qos: 1, ack: 'manual' }, (message) => {
      messages.push(message);
    });
    clock.advance();
    broker.publish({ topic: 'a', payload: '1', qos: 1 });
    clock.advance();

    broker.cut('c');
    broker.publish({ topic: 'a', payload: '2', qos: 1 });
    clock.advance(10_000);

    expect(messages.map((each) => [text(each), each.dup])).toEqual([
      ['1', false],
      ['1', true],
      ['2', false],
    ]);
    expect(broker.packets.filter(({ type }) => type === 'connack').at(-1)).toMatchObject({ sessionPresent: true });
  });

  it('publishes the will of a client that is gone without a word, and of no other', () => {
    const { broker, join, accepted, clock } = world();
    const will = { topic: 'gone', payload: 'yes', qos: 1 as const };
    join({ protocolVersion, clientId: 'a', will, reconnect: false });
    const polite = join({ protocolVersion, clientId: 'b', will });

    void polite.close();
    clock.advance();
    expect(accepted).toEqual([]);
    broker.cut('a');

    expect(accepted).toMatchObject([{ topic: 'gone', text: 'yes', qos: 1, clientId: 'a' }]);
  });

  it('gives each message of a group to one member, in turn, and what a dead one had to another', () => {
    const { broker, join, listen, clock } = world();
    const members = ['a', 'b'].map((clientId) =>
      join({ protocolVersion, clientId, reconnect: false, session: { clean: true, expiry: 0 } }),
    );
    const [first, second] = members.map((member) => listen(member, '$share/g/jobs', { qos: 1, ack: 'manual' }));

    for (const job of ['1', '2', '3', '4']) broker.publish({ topic: 'jobs', payload: job, qos: 1 });
    clock.advance();
    expect([first?.map(text), second?.map(text)]).toEqual([
      ['1', '3'],
      ['2', '4'],
    ]);

    broker.cut('a');
    clock.advance();
    expect(second?.map(text)).toEqual(['2', '4', '1', '3']);
  });

  it('lets one client of an identifier in, and the older one out', () => {
    const { broker, join } = world();
    const older = join({ protocolVersion, clientId: 'same', reconnect: false });
    const newer = join({ protocolVersion, clientId: 'same' });

    expect([older.state.type, newer.state.type]).toEqual(['failed', 'connected']);
    expect(broker.clients).toEqual(['same']);
  });

  it('refuses whom it is told to refuse', () => {
    const { join } = world({ authenticate: ({ username }) => username === 'me' });

    expect(join({ protocolVersion, credentials: { username: 'me' } }).state.type).toBe('connected');
    expect(join({ protocolVersion, credentials: { username: 'you' } }).state).toMatchObject({
      type: 'failed',
      cause: { code: 'ERR_MQTT_CONNECTION_REFUSED' },
    });
  });

  it('is left, found, stopped and started as a real one', () => {
    const { broker, join, clock } = world();
    const connection = join({ protocolVersion, clientId: 'c', reconnect: { initialDelay: 100, jitter: 'none' } });

    broker.stop();
    clock.advance(1_000);
    expect([connection.state.type, broker.clients]).toEqual(['reconnecting', []]);
    broker.start();
    clock.advance(30_000);

    expect([connection.state.type, broker.clients]).toEqual(['connected', ['c']]);
  });
});

describe('a test broker with MQTT 5', () => {
  it('keeps a session as long as was agreed', () => {
    const { broker, join, clock } = world();
    join({ clientId: 'c', session: { clean: 'first', expiry: 10 }, reconnect: false });
    broker.cut('c');
    clock.advance(9_999);
    expect(
      join({ clientId: 'c', session: { clean: false, expiry: 10 }, reconnect: false }).negotiated?.sessionPresent,
    ).toBe(true);
    broker.cut('c');
    clock.advance(10_001);

    expect(join({ clientId: 'c', session: { clean: false } }).negotiated?.sessionPresent).toBe(false);
  });

  it('forgets sessions when it is told so', () => {
    const { broker, join } = world();
    join({ clientId: 'c', reconnect: false });
    broker.stop();
    broker.start({ sessions: 'lost' });

    expect(join({ clientId: 'c', session: { clean: false } }).negotiated?.sessionPresent).toBe(false);
  });

  it('waits with a will as long as it is told, and does not publish it for a client that is back', () => {
    const { broker, join, accepted, clock } = world();
    const will = { topic: 'gone', payload: 'yes', delay: 5 };
    join({ clientId: 'a', will, reconnect: { initialDelay: 1_000, jitter: 'none' } });
    join({ clientId: 'b', will, reconnect: false });

    broker.cut();
    clock.advance(4_999);
    expect(accepted).toEqual([]);
    clock.advance(1);

    expect(accepted.map(({ clientId }) => clientId)).toEqual(['b']);
  });

  it('counts down message expiry, and forgets what has expired', () => {
    const { broker, join, listen, clock } = world();
    const connection = join({ clientId: 'c', session: { clean: 'first', expiry: 1_000 }, reconnect: false });
    listen(connection, 'a', { qos: 1 });
    broker.cut('c');
    broker.publish({ topic: 'a', payload: 'short', qos: 1, properties: { messageExpiryInterval: 5 } });
    broker.publish({ topic: 'a', payload: 'long', qos: 1, properties: { messageExpiryInterval: 50 } });
    clock.advance(20_000);

    const messages = listen(join({ clientId: 'c', session: { clean: false } }), 'a', { qos: 1 });
    clock.advance();

    expect(messages.map((each) => [text(each), each.properties.messageExpiryInterval])).toEqual([['long', 30]]);
  });

  it("tells its limits, and keeps to the client's", () => {
    const { broker, join, listen, clock } = world({ receiveMaximum: 2, maximumQoS: 1, serverKeepAlive: 7 });
    const connection = join({ receiveMaximum: 3 });
    expect(connection.negotiated).toMatchObject({ receiveMaximum: 2, maximumQoS: 1, keepalive: 7 });

    const messages = listen(connection, 'a', { qos: 1, ack: 'manual' });
    for (let index = 0; index < 10; index++) broker.publish({ topic: 'a', payload: String(index), qos: 1 });
    clock.advance();
    expect(messages).toHaveLength(3);
    messages[0]?.ack();
    clock.advance();
    expect(messages.map(text)).toEqual(['0', '1', '2', '3']);
  });

  it('tells other limits when it is told to', () => {
    const { broker, join } = world();
    broker.advertise({ maximumQoS: 0, retainAvailable: false });

    expect(join().negotiated).toMatchObject({ maximumQoS: 0, retainAvailable: false });
  });

  it('knows retain handling, retain as published, no local, and who nobody listens to', () => {
    const { join, listen, clock } = world();
    const [connection, other] = [join(), join()];
    connection.publish('a', 'kept', { retain: true });
    clock.advance();
    const ignoring = listen(connection, 'a', { retainHandling: 'ignore' });
    const selfless = listen(connection, 'b', { noLocal: true });
    const faithful = listen(connection, 'c', { retainAsPublished: true });

    connection.publish('b', 'own');
    other.publish('b', 'foreign');
    other.publish('c', 'x', { retain: true });
    const publication = connection.publish('nobody', 'x', { qos: 1 });
    clock.advance();

    expect(ignoring).toEqual([]);
    expect(selfless.map(text)).toEqual(['foreign']);
    expect(faithful.map(({ retain }) => retain)).toEqual([true]);
    expect(publication.outcome).toMatchObject({ status: 'acknowledged', result: { reasonCode: 0x10 } });
  });

  it('sends a copy for each overlapping filter, or one with all identifiers', () => {
    for (const [overlap, copies] of [
      ['each', 2],
      ['once', 1],
    ] as const) {
      const { broker, join, listen, clock } = world({ overlap });
      const connection = join();
      const [wide, narrow] = [listen(connection, 'a/#'), listen(connection, 'a/+')];

      broker.publish({ topic: 'a/b', payload: 'x' });
      clock.advance();

      expect([wide.length, narrow.length]).toEqual([1, 1]);
      expect(broker.packets.filter(({ type, from }) => type === 'publish' && from === 'server')).toHaveLength(copies);
    }
  });

  it('takes the time that it is told to take', () => {
    const { broker, clock } = world({ latency: 50 });
    const connection = broker.createConnection();
    connection.open().catch(() => undefined);

    clock.advance(99);
    expect(connection.state.type).toBe('connecting');
    clock.advance(1);
    expect(connection.state.type).toBe('connected');
  });

  it('pings, and is found dead when it does not answer', () => {
    const { join, clock, broker } = world({ faults: [ignore('pingreq', { skip: 1, times: Infinity })] });
    const connection = join({ keepalive: 10, reconnect: false });

    clock.advance(20_000);
    expect(connection.state.type).toBe('connected');
    clock.advance(10_000);

    expect(connection.state).toMatchObject({ type: 'failed', by: 'keepalive' });
    expect(types(broker).filter((type) => type === '<pingresp')).toHaveLength(1);
  });
});

describe('a fault script', () => {
  it('drops after PUBREC, and QoS 2 goes on with PUBREL', () => {
    const { broker, join, clock, accepted } = world({ faults: [cutAfter('pubrec')] });
    const connection = join({ clientId: 'c' });

    const publication = connection.publish('a', 'x', { qos: 2 });
    clock.advance(10_000);

    expect(publication.outcome).toMatchObject({ status: 'acknowledged' });
    expect(accepted).toHaveLength(1);
    expect(types(broker).filter((type) => type.includes('pub'))).toEqual([
      '>publish',
      '<pubrec',
      '>pubrel',
      '<pubcomp',
    ]);
  });

  it.each([
    ['before PUBLISH', cutBefore('publish'), ['>publish', '>publish', '<pubrec', '>pubrel', '<pubcomp']],
    ['after PUBLISH', cutAfter('publish'), ['>publish', '>publish', '<pubrec', '>pubrel', '<pubcomp']],
    ['before PUBREC', cutBefore('pubrec'), ['>publish', '<pubrec', '>publish', '<pubrec', '>pubrel', '<pubcomp']],
    ['before PUBREL', cutBefore('pubrel'), ['>publish', '<pubrec', '>pubrel', '>pubrel', '<pubcomp']],
    ['after PUBREL', cutAfter('pubrel'), ['>publish', '<pubrec', '>pubrel', '>pubrel', '<pubcomp']],
    ['before PUBCOMP', cutBefore('pubcomp'), ['>publish', '<pubrec', '>pubrel', '<pubcomp', '>pubrel', '<pubcomp']],
    ['after PUBCOMP', cutAfter('pubcomp'), ['>publish', '<pubrec', '>pubrel', '<pubcomp']],
  ])('cuts %s, and the message is there once', (_, fault, flow) => {
    const { broker, join, clock, accepted } = world({ faults: [fault] });
    const connection = join({ clientId: 'c' });

    const publication = connection.publish('a', 'x', { qos: 2 });
    clock.advance(10_000);

    expect(publication.outcome).toMatchObject({ status: 'acknowledged' });
    expect(accepted).toHaveLength(1);
    expect(types(broker).filter((type) => type.includes('pub'))).toEqual(flow);
  });

  it('refuses twice, then lets in', () => {
    const { broker, join, clock } = world({ faults: [refuse(0x88, { times: 2 })] });
    const connection = join();
    clock.advance(60_000);

    expect(connection.state.type).toBe('connected');
    expect(broker.packets.filter(({ type }) => type === 'connack').map(({ reasonCode }) => reasonCode)).toEqual([
      0x88, 0x88, 0,
    ]);
  });

  it('refuses a publish, a subscribe, of this topic and this client', () => {
    const { broker, join, clock, accepted } = world();
    broker.inject(refuse(0x87, { packet: 'publish', topic: 'secret/#', times: Infinity }));
    broker.inject(refuse(0x87, { packet: 'subscribe', clientId: 'b' }));
    const [a, b] = [join({ clientId: 'a' }), join({ clientId: 'b' })];
    const [refused, taken] = [a.publish('secret/x', '', { qos: 1 }), a.publish('open', '', { qos: 1 })];
    let error: unknown;
    b.subscribe('x', {}, { message: () => undefined, error: (caught) => (error = caught as unknown) });
    clock.advance(100);

    expect(refused.outcome).toMatchObject({
      status: 'failed',
      error: { code: 'ERR_MQTT_PUBLISH_REFUSED', reasonCode: 0x87 },
    });
    expect(taken.outcome).toMatchObject({ status: 'acknowledged' });
    expect(accepted.map(({ topic }) => topic)).toEqual(['open']);
    expect(error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED' });
  });

  it('disconnects with a reason', () => {
    const { join, clock } = world({ faults: [disconnectAt('publish', 0x97)] });
    const connection = join({ reconnect: false });
    connection.publish('a', 'x');
    clock.advance();

    expect(connection.state).toMatchObject({ type: 'failed', by: 'server', cause: { reasonCode: 0x97 } });
  });

  it('ends when it is taken away', () => {
    const { broker, join } = world();
    broker.inject(refuse(0x87, { times: Infinity }))();

    expect(join().state.type).toBe('connected');
  });
});
