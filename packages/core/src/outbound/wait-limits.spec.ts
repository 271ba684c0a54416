import { getEventListeners } from 'node:events';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

function connected(options: ConnectionOptions = {}): TestConnection {
  const test = createTestConnection(options);
  void test.connection.open();
  test.wire.connack();
  return test;
}

const error = ({ outcome }: Publication): unknown => (outcome?.status === 'failed' ? outcome.error : undefined);
const publishes = ({ wire }: TestConnection): unknown[] => wire.sent.filter(({ type }) => type === 'publish');

describe('a time limit', () => {
  it('takes back what waits, and says that it was not sent', () => {
    const test = createTestConnection();
    const publication = test.connection.publish('a', 'x', { timeout: 100 });
    test.clock.advance(99);
    expect(error(publication)).toBeUndefined();
    test.clock.advance(1);
    expect(error(publication)).toMatchObject({
      name: 'TimeoutError',
      mayStillArrive: false,
      message: expect.stringMatching(/100 ms.*was not sent/),
    });
    void test.connection.open();
    test.wire.connack();
    expect(publishes(test)).toEqual([]);
  });

  it('ends the wait for what is in flight, and says that it may still arrive', () => {
    const test = connected();
    const drops: string[] = [];
    test.connection.on('drop', ({ reason }) => drops.push(reason));
    const publication = test.connection.publish('a', 'x', { qos: 1, timeout: 100 });
    test.clock.advance(100);
    expect(error(publication)).toMatchObject({ name: 'TimeoutError', mayStillArrive: true });
    test.wire.acknowledge(4, 1);
    expect(error(publication)).toMatchObject({ name: 'TimeoutError' });
    expect(drops).toEqual(['aborted']);
  });

  it('of 0 is a limit as well', () => {
    const test = createTestConnection();
    const publication = test.connection.publish('a', 'x', { timeout: 0 });
    test.clock.advance();
    expect(error(publication)).toMatchObject({ name: 'TimeoutError' });
  });

  it('leaves no timer behind when the message has settled', () => {
    const test = connected();
    test.connection.publish('a', 'x', { qos: 1, timeout: 1_000 });
    test.connection.publish('a', 'x', { timeout: 1_000 });
    test.wire.acknowledge(4, 1);
    expect(test.clock.pending).toBe(0);
  });

  it('says that it may still arrive, when a lost session has sent it back into the outbox', () => {
    const test = connected({ reconnect: { initialDelay: 1, jitter: 'none' } });
    test.connection.publish('a', 'x', { qos: 1 });
    const publication = test.connection.publish('a', 'x', { qos: 1, timeout: 100 });
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: false, properties: { receiveMaximum: 1 } });
    test.clock.advance(100);
    expect(error(publication)).toMatchObject({ name: 'TimeoutError', mayStillArrive: true });
  });
});

describe('a signal', () => {
  it('takes back what waits', () => {
    const test = createTestConnection();
    const abort = new AbortController();
    const publication = test.connection.publish('a', 'x', { signal: abort.signal });
    const reason = new Error('changed my mind');
    abort.abort(reason);
    expect(error(publication)).toMatchObject({ name: 'AbortedError', mayStillArrive: false, cause: reason });
    void test.connection.open();
    test.wire.connack();
    expect(publishes(test)).toEqual([]);
  });

  it('that is aborted already refuses the message, connected or not', () => {
    for (const test of [createTestConnection(), connected()]) {
      const publication = test.connection.publish('a', 'x', { qos: 1, signal: AbortSignal.abort('no') });
      expect(error(publication)).toMatchObject({ name: 'AbortedError', mayStillArrive: false, cause: 'no' });
      expect(test.wires.flatMap(({ sent }) => sent)).toEqual([]);
    }
  });

  it('ends the wait for what is in flight; its identifier stays in use until the answer', () => {
    const test = connected({ publish: { window: 1 } });
    const abort = new AbortController();
    const publication = test.connection.publish('a', '1', { qos: 2, signal: abort.signal });
    test.connection.publish('a', '2', { qos: 1 });
    abort.abort();
    expect(error(publication)).toMatchObject({ name: 'AbortedError', mayStillArrive: true });
    expect(publishes(test)).toHaveLength(1);
    test.wire.acknowledge(5, 1);
    test.wire.acknowledge(7, 1);
    expect(publishes(test)).toHaveLength(2);
  });

  it('is not listened to any more when the message has settled', () => {
    const test = connected();
    const { signal } = new AbortController();
    test.connection.publish('a', 'x', { qos: 1, signal });
    test.connection.publish('a', 'x', { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    test.wire.acknowledge(4, 1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('and a time limit together settle once', () => {
    const test = createTestConnection();
    const abort = new AbortController();
    const settled: string[] = [];
    const publication = test.connection.publish('a', 'x', { signal: abort.signal, timeout: 100 });
    publication.onSettled(({ status }) => settled.push(status));
    test.clock.advance(100);
    abort.abort();
    expect(settled).toEqual(['failed']);
    expect(test.clock.pending).toBe(0);
  });
});
