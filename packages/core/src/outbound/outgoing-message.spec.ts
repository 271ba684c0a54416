import { ClosedError } from '../errors/connection-errors.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import { OutgoingMessage } from './outgoing-message.js';

const failure = new ClosedError('over');

function message(): OutgoingMessage {
  return new OutgoingMessage('a/é', 4, 'payload', 7, 1, false, undefined, undefined);
}

function connected(): TestConnection {
  const test = createTestConnection();
  void test.connection.open();
  test.wire.connack();
  return test;
}

describe('a publication', () => {
  it('settles once, whatever comes later', () => {
    const acknowledged = message();
    acknowledged.acknowledge({ reasonCode: 0, properties: undefined });
    expect(acknowledged.fail(failure)).toBe(false);
    expect(acknowledged.outcome?.status).toBe('acknowledged');
    const failed = message();
    expect(failed.fail(failure)).toBe(true);
    expect(failed.fail(new ClosedError('again'))).toBe(false);
    failed.acknowledge({ reasonCode: 0, properties: undefined });
    expect(failed.outcome).toEqual({ status: 'failed', error: failure });
  });

  it('costs the outbox its topic and its payload in bytes', () => {
    expect(message().size).toBe(11);
  });

  it('tells listeners synchronously and in order, and late ones at once', () => {
    const publication = message();
    const log: string[] = [];
    publication.onSettled(() => log.push('1'));
    publication.onSettled(() => log.push('2'));
    publication.fail(failure);
    log.push('settled');
    publication.onSettled(() => log.push('3'));
    expect(log).toEqual(['1', '2', 'settled', '3']);
  });

  it('tells a listener that is added by a listener', () => {
    const publication = message();
    const log: string[] = [];
    publication.onSettled(() => publication.onSettled(() => log.push('inner')));
    publication.fail(failure);
    expect(log).toEqual(['inner']);
  });
});

describe('awaiting a publication', () => {
  it('gives the result, before and after it has settled', async () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 1 });
    const early = publication.then((result) => result.topic);
    wire.acknowledge(4, 1, 0x10);
    await expect(early).resolves.toBe('a');
    await expect(publication).resolves.toMatchObject({
      topic: 'a',
      qos: 1,
      reasonCode: 0x10,
      noMatchingSubscribers: true,
    });
  });

  it('gives the same result and the same error every time', async () => {
    const { connection, wire } = connected();
    const good = connection.publish('a', 'x', { qos: 1 });
    const bad = connection.publish('a', 'x', { qos: 1 });
    wire.acknowledge(4, 1);
    wire.acknowledge(4, 2, 0x87);
    const results = await Promise.all([good, good, good.then((result) => result)]);
    expect(new Set(results).size).toBe(1);
    const errors = await Promise.all([bad, bad].map((each) => each.then(undefined, (error: unknown) => error)));
    expect(errors[0]).toBe(errors[1]);
    expect(errors[0]).toMatchObject({ name: 'PublishRefusedError' });
  });

  it('works with then() alone, with rejections that turn into values, and with what is no function', async () => {
    const { connection } = createTestConnection();
    const bad = connection.publish('#', 'x');
    await expect(bad.then(undefined, (error: unknown) => (error as Error).name)).resolves.toBe('InvalidTopicError');
    await expect(bad.then(null, null)).rejects.toMatchObject({ name: 'InvalidTopicError' });
    await expect(Promise.allSettled([bad])).resolves.toMatchObject([{ status: 'rejected' }]);
  });
});

describe('a publication that nobody awaits', () => {
  it('raises no unhandled rejection, however it fails', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const test = connected();
    test.connection.publish('#', 'x');
    test.connection.publish('a', 'x', { qos: 1, timeout: 1 });
    test.connection.publish('a', 'x', { qos: 1 });
    const listened = test.connection.publish('a', 'x', { qos: 1 });
    listened.onSettled(() => {});
    test.clock.advance(1);
    test.wire.acknowledge(4, 2, 0x87);
    await test.connection.close();
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(listened.outcome?.status).toBe('failed');
    expect(unhandled).toEqual([]);
  });

  it('makes no promise', () => {
    const { connection, wire } = connected();
    const promise = jest.spyOn(globalThis, 'Promise');
    connection.publish('a', 'x');
    connection.publish('a', 'x', { qos: 1 }).onSettled(() => {});
    wire.acknowledge(4, 1);
    expect(promise).not.toHaveBeenCalled();
    promise.mockRestore();
  });
});
