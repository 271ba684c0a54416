import { InvalidOptionsError, InvalidTopicError, OverflowError } from '@rxmqtt/core';
import { EMPTY, NEVER, Subject, map, of, range, take, tap, throwError } from 'rxjs';
import { json } from '../codecs/json.js';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { watch } from '../../test/operators/marbles.js';
import { connected, idle } from '../../test/operators/scripted.js';
import type { ForwardAnswer, ForwardOptions } from './forward-options.js';
import { forwardTo } from './forward-to.js';

const same = ({ topic, payload }: FakeMessage) => ({ topic: `out/${topic}`, payload });

function bridge(project: (message: FakeMessage) => ForwardAnswer = same, options: ForwardOptions<FakeMessage> = {}) {
  const script = connected();
  const source = new Subject<FakeMessage>();
  const seen = watch(source.pipe(forwardTo(script.mqtt, project, options)));
  const send = (topic: string): FakeMessage => {
    const message = new FakeMessage(topic, { payload: topic });
    source.next(message);
    return message;
  };
  const acknowledge = (...indexes: number[]) => {
    for (const index of indexes) script.server.wire.acknowledge(4, script.published()[index]!.packetId);
  };
  return { ...script, source, seen, send, acknowledge, topics: () => script.published().map(({ topic }) => topic) };
}

describe('forwardTo', () => {
  it('publishes at QoS 1, and acknowledges when that was acknowledged', () => {
    const { send, published, acknowledge, seen } = bridge();
    const [a, b] = [send('a'), send('b')];
    expect(published()).toMatchObject([
      { topic: 'out/a', qos: 1, payload: a.payload },
      { topic: 'out/b', qos: 1 },
    ]);
    expect([a.settled, b.settled]).toEqual([undefined, undefined]);
    acknowledge(1);
    expect([a.settled, b.settled]).toEqual([undefined, 0]);
    acknowledge(0);
    expect(a.settled).toBe(0);
    expect(seen.values).toMatchObject([
      { status: 'processed', message: b, value: [{ topic: 'out/b', reasonCode: 0 }] },
      { status: 'processed', message: a },
    ]);
  });

  it('publishes nothing for undefined, and acknowledges', () => {
    const { send, published, seen } = bridge(() => undefined);
    expect(send('a').settled).toBe(0);
    expect(published()).toEqual([]);
    expect(seen.values).toMatchObject([{ status: 'processed', value: [] }]);
  });

  const outputs = [1, 2].map((n) => ({ topic: `t${String(n)}`, payload: '' }));

  it.each([
    ['an array', () => outputs],
    ['an Observable', () => of(...outputs)],
  ])('publishes several of %s, and acknowledges after the last', (_, project) => {
    const { send, topics, acknowledge } = bridge(project);
    const message = send('a');
    expect(topics()).toEqual(['t1', 't2']);
    acknowledge(0);
    expect(message.settled).toBeUndefined();
    acknowledge(1);
    expect(message.settled).toBe(0);
  });

  it('waits for a promise of an output', async () => {
    const { send, topics, acknowledge } = bridge(async ({ topic }) =>
      topic === 'skip' ? undefined : { topic, payload: '' },
    );
    const [a, skipped] = [send('a'), send('skip')];
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(topics()).toEqual(['a']);
    acknowledge(0);
    expect([a.settled, skipped.settled]).toEqual([0, 0]);
  });

  it('forwards a message as it came, with its properties but without what only servers may say', () => {
    const from = connected();
    const to = connected();
    watch(from.mqtt.observe('#', { qos: 1, ack: 'manual' }).pipe(forwardTo(to.mqtt, (message) => message)));
    from.grant();
    const id = from.server.wire.sent.flatMap((packet) => (packet.type === 'subscribe' ? [packet.subscriptionId] : []));
    from.deliver(1, {
      topic: 'a',
      payload: 'x',
      retain: true,
      subscriptionIds: id,
      properties: { contentType: 'text/plain' },
    });
    expect(to.published()).toMatchObject([{ topic: 'a', qos: 1, retain: true }]);
    expect(to.published()[0]?.properties).toEqual({ contentType: 'text/plain' });
    to.server.wire.acknowledge(4, 1);
    expect(from.acks()).toEqual(['1']);
  });

  it('publishes as the options say, where the output does not', () => {
    const script = connected();
    const options = { publish: { topic: 'all', qos: 2, retain: true, codec: json() } } as const;
    watch(of(new FakeMessage('a')).pipe(forwardTo(script.mqtt, () => ({ payload: { n: 1 } }), options)));
    expect(script.published()).toMatchObject([{ topic: 'all', qos: 2, retain: true, payload: '{"n":1}' }]);
  });

  it('keeps the order, and so many on their way', () => {
    const { send, topics, acknowledge } = bridge(same, { concurrency: 2 });
    for (const topic of 'abcd') send(topic);
    expect(topics()).toEqual(['out/a', 'out/b']);
    acknowledge(1);
    acknowledge(0);
    expect(topics()).toEqual(['out/a', 'out/b', 'out/c', 'out/d']);
  });

  it('treats a failed publication as a failure: by policy', () => {
    const nacked = bridge(() => ({ topic: 'a/#', payload: '' }), { onError: 'nack' });
    expect(nacked.send('a').settled).toBe(0x80);
    expect(nacked.seen.values).toMatchObject([{ status: 'refused', error: expect.any(InvalidTopicError) }]);
    // What no retry would mend is not retried.
    const retried = bridge(() => ({ topic: 'a/#', payload: '' }));
    expect(retried.send('a').settled).toBeUndefined();
    expect(retried.seen.error).toBeInstanceOf(InvalidTopicError);
  });

  it('publishes again what may get through later', () => {
    jest.useFakeTimers();
    const { send, published, server, acknowledge } = bridge();
    const message = send('a');
    server.wire.acknowledge(4, published()[0]!.packetId, 0x97);
    jest.advanceTimersByTime(1_000);
    acknowledge(1);
    expect(message.settled).toBe(0);
    jest.useRealTimers();
  });

  it('goes on when the other side is lost, and sends again what was under way', () => {
    const { send, reconnect, topics, server } = bridge();
    const message = send('a');
    reconnect(true);
    expect(topics()).toEqual(['out/a', 'out/a']);
    server.wire.acknowledge(4, 1);
    expect(message.settled).toBe(0);
  });

  it('opens the other side with the first output', () => {
    const script = idle();
    const source = new Subject<FakeMessage>();
    watch(source.pipe(forwardTo(script.mqtt, same)));
    expect(script.server.wires).toHaveLength(0);
    source.next(new FakeMessage('a'));
    expect(script.server.wires).toHaveLength(1);
  });

  it('takes back what was not sent when it is unsubscribed from', () => {
    const script = idle();
    const source = new Subject<FakeMessage>();
    const seen = watch(source.pipe(forwardTo(script.mqtt, same)));
    const message = new FakeMessage('a');
    source.next(message);
    seen.leave();
    script.server.wire.connack();
    expect(script.published()).toEqual([]);
    expect(message.settled).toBeUndefined();
  });

  it('shows on drops$ what overflows', () => {
    const { source, drops } = bridge(() => NEVER, { concurrency: 1, capacity: 1 });
    for (const topic of 'abc') source.next(new FakeMessage(topic, { owed: false }));
    expect(drops).toMatchObject([{ direction: 'in', topic: 'b', error: expect.any(OverflowError) }]);
  });

  it('of a source that never emits, an empty one, one that errors, and a projection that throws', () => {
    const { mqtt } = connected();
    const mistake = new Error('mine');
    const fail = (): never => {
      throw mistake;
    };
    expect(watch(NEVER.pipe(forwardTo(mqtt, same))).completed).toBe(false);
    expect(watch(EMPTY.pipe(forwardTo(mqtt, same))).completed).toBe(true);
    expect(watch(throwError(() => mistake).pipe(forwardTo(mqtt, same))).error).toBe(mistake);
    expect(watch(of(new FakeMessage('a')).pipe(forwardTo(mqtt, fail, { onError: 'error' }))).error).toBe(mistake);
  });

  it('pulls 3 from a synchronous source behind take(3)', () => {
    let pulled = 0;
    const messages = range(0, 100_000).pipe(
      tap(() => pulled++),
      map((n) => new FakeMessage(String(n))),
    );
    expect(
      watch(
        messages.pipe(
          forwardTo(connected().mqtt, () => undefined),
          take(3),
        ),
      ).values,
    ).toHaveLength(3);
    expect(pulled).toBe(3);
  });

  it.each([
    ['concurrency', { concurrency: 0 }],
    ['window', { window: 3 } as never],
    ['onError', { onError: 'deadletter' as never }],
  ])('checks %s at once', (path, options) => {
    expect(() => forwardTo(idle().mqtt, same, options)).toThrow(InvalidOptionsError);
    expect(() => forwardTo(idle().mqtt, same, options)).toThrow(path);
  });
});
