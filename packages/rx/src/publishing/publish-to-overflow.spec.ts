import { type ConnectionOptions, type DropEvent, ExpiredError, InvalidMessageError, OverflowError } from '@rxmqtt/core';
import { type Observable, Subject, from, range, take, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { type Script, connected, idle, inputs, toInput, watch } from '../../test/scripted.js';
import type { Mqtt } from '../client/mqtt.js';
import type { FailedStatus, PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

function feed(script: Script, options: PublishToOptions) {
  const source$ = new Subject<PublishInput>();
  const seen = watch(source$.pipe(publishTo(script.mqtt, { qos: 1, ...options })));
  return {
    ...script,
    seen,
    source$,
    send: (letters: string) => {
      for (const input of inputs(letters)) source$.next(input);
    },
  };
}

function dropsOf(mqtt: Mqtt): DropEvent[] {
  const drops: DropEvent[] = [];
  mqtt.drops$.subscribe((drop) => drops.push(drop));
  return drops;
}

describe('publishTo, when there is too much', () => {
  it.each([
    ['error', ['!3', '!4'], ['a', 'b', 'c']],
    ['dropNewest', ['!3', '!4'], ['a', 'b', 'c']],
    ['dropOldest', ['!1', '!2'], ['a', 'd', 'e']],
    ['latest', ['!1', '!2'], ['a', 'd', 'e']],
  ] as const)('with %s gives up %j', (overflow, given, published) => {
    const { send, seen, topics, acknowledge, source$ } = feed(connected(), { window: 1, capacity: 2, overflow });

    send('abcde');
    expect(seen.order()).toEqual(given);
    for (const status of seen.statuses) expect(status).toHaveProperty('error', expect.any(OverflowError));
    source$.complete();
    for (const topic of published) acknowledge(topic);

    expect(topics()).toEqual(published);
    expect(seen.completed).toBe(true);
    expect(seen.statuses.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('with latest lets a newer input take the place of a waiting one for its topic', () => {
    const { send, seen, published, topics, acknowledge } = feed(connected(), {
      window: 1,
      capacity: 9,
      overflow: 'latest',
    });

    send('abcbb');
    expect(seen.order()).toEqual(['!1', '!3']);
    for (const topic of 'abc') acknowledge(topic);

    // In its place: a topic that changes often is not put off for ever.
    expect(topics()).toEqual(['a', 'b', 'c']);
    expect(published()).toHaveLength(3);
    expect(seen.order()).toEqual(['!1', '!3', '0', '4', '2']);
  });

  it.each(['dropOldest', 'latest'] as const)('with %s sends what is newest after an outage', (overflow) => {
    const script = connected();
    const { send, seen, topics, server } = feed(script, { qos: 0, window: 2, capacity: 2, overflow });
    server.wire.cut();

    send('abcdefg');
    expect(seen.order()).toEqual(['!0', '!1', '!2']);
    server.clock.advance(60_000);
    server.wire.connack();

    expect(topics()).toEqual(['d', 'e', 'f', 'g']);
  });

  it('with dropOldest sends what is newest when the socket drains again', () => {
    const script = connected();
    const { send, topics, server, mqtt } = feed(script, { qos: 0, window: 1, capacity: 2, overflow: 'dropOldest' });
    server.wire.setCongested(true);
    void mqtt.connection.publish('other', '');

    send('abcde');
    server.wire.setCongested(false);

    expect(topics()).toEqual(['other', 'c', 'd', 'e']);
  });

  it('with dropOldest opens the connection', () => {
    const { send, server, topics } = feed(idle(), { qos: 0, overflow: 'dropOldest' });

    send('a');
    server.wire.connack();

    expect(topics()).toEqual(['a']);
  });

  it("with dropOldest refuses at once what is not to wait: offline: 'error'", () => {
    const { send, seen, server } = feed(connected(), { qos: 0, offline: 'error', overflow: 'dropOldest' });
    server.wire.cut();

    send('a');

    expect(seen.statuses).toMatchObject([{ status: 'failed', error: { code: 'ERR_MQTT_OFFLINE' } }]);
  });

  it.each<readonly [string, ConnectionOptions]>([
    ["'error', for all of the connection", { publish: { offline: 'error' } }],
    ["'drop', for all of the connection", { publish: { offline: 'drop' } }],
    ["'error', for its topic", { publishDefaults: { '#': { offline: 'error' } } }],
  ])('with dropOldest and latest refuses at once what is not to wait: offline: %s', (_, options) => {
    for (const overflow of ['dropOldest', 'latest'] as const) {
      const { send, seen, server, topics } = feed(connected(options), { qos: 0, overflow });
      server.wire.cut();

      send('a');

      expect(seen.statuses).toMatchObject([{ status: 'failed', error: { code: 'ERR_MQTT_OFFLINE' } }]);
      server.clock.advance(60_000);
      server.wire.connack();
      expect(topics()).toEqual([]);
    }
  });

  it("with dropOldest lets what says so wait, where the connection's default is another", () => {
    const script = connected({ publish: { offline: 'error' }, publishDefaults: { 'b/#': { offline: 'queue' } } });
    const own = feed(script, { qos: 0, offline: 'queue', overflow: 'dropOldest' });
    const byTopic = feed(script, { qos: 0, overflow: 'dropOldest' });
    script.server.wire.cut();

    own.send('a');
    byTopic.send('b');

    expect([own.seen.statuses, byTopic.seen.statuses]).toEqual([[], []]);
    script.server.clock.advance(60_000);
    script.server.wire.connack();
    expect(script.topics()).toEqual(['a', 'b']);
  });

  it('with dropOldest ends with its connection', () => {
    const { send, seen, source$, server, mqtt } = feed(connected(), { overflow: 'dropOldest' });
    server.wire.cut();
    send('ab');
    source$.complete();

    void mqtt.close();

    expect(seen.order()).toEqual(['!0', '!1']);
    expect(seen.completed).toBe(true);
  });

  it('drops only its own: other sinks and publications keep what they have', () => {
    const script = connected();
    const other = feed(script, { window: 1, capacity: 9 });
    const shedding = feed(script, { window: 1, capacity: 1, overflow: 'dropOldest' });
    other.send('abc');
    shedding.send('vwxyz');

    for (const topic of 'avbczy') if (script.topics().includes(topic)) script.acknowledge(topic);

    expect(other.seen.order()).toEqual(['0', '1', '2']);
    expect(shedding.seen.order()).toEqual(['!1', '!2', '!3', '0', '4'].slice(0, shedding.seen.order().length));
  });

  it('waits for room in the outbox that others have filled, instead of losing messages to them', () => {
    const script = idle({ publish: { capacity: 2 } });
    for (const topic of 'xy') void script.mqtt.connection.publish(topic, '', { qos: 1 });
    const { send, seen, topics, acknowledge, server } = feed(script, { window: 2, capacity: 2 });

    send('abcd');
    expect(seen.order()).toEqual([]);
    script.server.connection.open().catch(() => undefined);
    server.wire.connack();
    for (const topic of 'xyabcd') acknowledge(topic);

    expect(topics()).toEqual(Array.from('xyabcd'));
    expect(seen.order()).toEqual(['0', '1', '2', '3']);
  });

  it('bounds bytes', () => {
    const { seen, source$ } = feed(connected(), { window: 1, capacity: 9, maxBytes: 100 });

    for (const topic of 'abc') source$.next({ topic, payload: new Uint8Array(60) });

    expect(seen.order()).toEqual(['!2']);
  });

  it('has no end of 100,000 inputs that nobody takes: what waits is bounded', () => {
    const { mqtt, server } = connected();
    let most = 0;
    const drops: number[] = [];
    range(0, 100_000)
      .pipe(toInput, publishTo(mqtt, { qos: 1, window: 10, capacity: 100, overflow: 'dropOldest' }))
      .subscribe((status) => {
        most = Math.max(most, server.wire.sent.length);
        drops.push(status.index);
      });

    expect(most).toBe(10);
    expect(drops).toHaveLength(100_000 - 110);
    expect(drops[0]).toBe(10);
  });

  it('pulls no more of a synchronous source than take(3) needs, also with drops', () => {
    const { mqtt } = connected();
    let pulled = 0;
    const seen = watch(
      range(0, 100_000).pipe(
        tap(() => pulled++),
        toInput,
        publishTo(mqtt, { qos: 1, window: 1, capacity: 1, overflow: 'dropOldest' }),
        take(3),
      ),
    );

    expect(pulled).toBe(5);
    expect(seen.order()).toEqual(['!1', '!2', '!3']);
  });

  describe('shows in drops$', () => {
    it('what was given up, refused, or still waited when the consumer left', () => {
      const script = connected();
      const drops = dropsOf(script.mqtt);
      const { send, seen, source$ } = feed(script, { window: 1, capacity: 1, overflow: 'dropOldest' });

      send('abc');
      source$.next({ payload: '' });
      seen.leave();

      expect(drops).toMatchObject([
        {
          direction: 'out',
          topic: 'b',
          reason: 'overflow',
          error: seen.statuses[0]?.status === 'failed' ? seen.statuses[0].error : {},
        },
        { direction: 'out', topic: '', reason: 'refused', error: { field: 'topic' } },
        { direction: 'out', topic: 'c', reason: 'aborted', error: { code: 'ERR_MQTT_ABORTED' } },
      ]);
    });
  });

  it('refuses what is no input at all, and goes on', () => {
    const { mqtt, topics } = connected();
    const seen = watch(from([null, 7, undefined, { topic: 'a', payload: '' }] as PublishInput[]).pipe(publishTo(mqtt)));

    expect(seen.order()).toEqual(['!0', '!1', '!2', '3']);
    expect(seen.statuses[0]).toHaveProperty('error', expect.any(InvalidMessageError));
    expect(topics()).toEqual(['a']);
  });
});

describe('publishTo, onError', () => {
  const mixed = [...inputs('a'), { topic: '#', payload: '' }, ...inputs('b')];

  it("'error' ends the stream with the first failure", () => {
    const { mqtt, topics } = connected();
    const seen = watch(from(mixed).pipe(publishTo(mqtt, { onError: 'error' })));

    expect(seen.order()).toEqual(['0']);
    expect(seen.error).toMatchObject({ code: 'ERR_MQTT_INVALID_TOPIC' });
    expect(topics()).toEqual(['a']);
  });

  it('a function is called with each failure, besides its status', () => {
    const { mqtt } = connected();
    const failures: FailedStatus<PublishInput>[] = [];
    const seen = watch(from(mixed).pipe(publishTo(mqtt, { onError: (failure) => failures.push(failure) })));

    expect(seen.order()).toEqual(['0', '!1', '2']);
    expect(failures).toEqual([seen.statuses[1]]);
  });

  it('a function that throws ends the stream with that, and leaves the source', () => {
    const { mqtt, acknowledge } = connected();
    const mistake = new Error('mine');
    const source$ = new Subject<PublishInput>();
    const statuses$: Observable<PublishStatus<PublishInput>> = source$.pipe(
      publishTo(mqtt, {
        qos: 1,
        onError: () => {
          throw mistake;
        },
      }),
    );
    const seen = watch(statuses$);
    source$.next({ topic: 'a', payload: '' });

    acknowledge('a', 0x87);

    expect(seen.error).toBe(mistake);
    expect(source$.observed).toBe(false);
  });
});

describe('publishTo, expiry', () => {
  it('counts the time that an input has waited here [MQTT-3.3.2-6]', () => {
    new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    }).run(({ hot, flush }) => {
      const { mqtt, published, acknowledge } = connected();
      const expiring = (topic: string, messageExpiryInterval: number): PublishInput => ({
        topic,
        payload: '',
        properties: { messageExpiryInterval },
      });
      const seen = watch(
        hot('(abcd)', { a: expiring('a', 60), b: expiring('b', 60), c: expiring('c', 2), d: expiring('d', 2) }).pipe(
          publishTo(mqtt, { qos: 1, window: 1 }),
        ),
      );
      hot('1500ms a 1s b').subscribe(acknowledge);

      flush();

      // b had waited for 1.5 s, c for 2.5 s.
      expect(published().map(({ topic, properties }) => [topic, properties?.messageExpiryInterval])).toEqual([
        ['a', 60],
        ['b', 59],
      ]);
      expect(seen.order()).toEqual(['0', '1', '!2', '!3']);
      expect(seen.statuses[2]).toHaveProperty('error', expect.any(ExpiredError));
    });
  });
});

describe('publishTo checks', () => {
  it.each([
    ['overflow', 'block'],
    ['overflow', 'newest'],
    ['maxBytes', 0],
    ['onError', 'ignore'],
  ])('%s: %p at once', (name, value) => {
    const { mqtt } = idle();

    expect(() => publishTo(mqtt, { [name]: value })).toThrow(new RegExp(name));
  });
});
