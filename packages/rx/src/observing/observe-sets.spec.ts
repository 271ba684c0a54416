import { InvalidOptionsError, InvalidTopicError, SubscribeRejectedError } from '@rxmqtt/core';
import { NEVER, type Observable, Subject, of, take, throwError } from 'rxjs';
import { type Script, connected, idle, watch } from '../../test/script.js';
import { text } from '../codecs/text.js';
import { fromTopic } from './from-topic.js';
import type { FilterCollection } from './observe-options.js';

/** The server grants the newest SUBSCRIBE. */
function grant({ server }: Script): void {
  server.clock.advance();
  server.wire.suback();
  server.clock.advance();
}

describe('several filters', () => {
  it('are one subscription, with options of their own where they have some', () => {
    const { mqtt, sent } = connected();

    mqtt.observe({ 'a/{x}': { qos: 1 }, 'b/#': {} }, { qos: 2, noLocal: true }).subscribe();
    mqtt.observe(['c', 'd/{y}'], { qos: 1 }).subscribe();

    expect(sent('subscribe').flatMap(({ filters }) => filters)).toMatchObject([
      { filter: 'a/+', qos: 1, noLocal: true },
      { filter: 'b/#', qos: 2, noLocal: true },
      { filter: 'c', qos: 1 },
      { filter: 'd/+', qos: 1 },
    ]);
  });

  it('give each message once, as the first that matches sees it', () => {
    const { mqtt, deliver } = connected();
    const seen = watch(mqtt.observe(['a/{x}/#', '+/{y}', 'c'], { codec: text() }));

    deliver({ topic: 'a/1' }, { topic: 'b/2' }, { topic: 'c' }, { topic: 'a/1/z' });

    expect(seen.values.map(({ template, params, captures }) => [template, params, captures])).toEqual([
      ['a/{x}/#', { x: '1' }, ['']],
      ['+/{y}', { y: '2' }, ['b']],
      ['c', {}, []],
      ['a/{x}/#', { x: '1' }, ['z']],
    ]);
  });

  it('leave together', () => {
    const { mqtt, server, unsubscribed } = connected();
    const seen = watch(mqtt.observe(['a', 'b']));
    server.clock.advance();
    server.wire.suback();

    seen.leave();

    expect(unsubscribed()).toEqual(['a', 'b']);
  });

  it('of a thousand are told apart by topic', () => {
    const { mqtt, deliver } = connected();
    const seen = watch(mqtt.observe(Array.from({ length: 1_000 }, (_, i) => `a/${i}/{x}`)));

    deliver({ topic: 'a/7/b' }, { topic: 'a/999/c' });

    expect(seen.values.map(({ template, params }) => [template, params['x']])).toEqual([
      ['a/7/{x}', 'b'],
      ['a/999/{x}', 'c'],
    ]);
  });

  it('named twice are one', () => {
    const { mqtt, subscribed } = connected();

    mqtt.observe(['a', 'a']).subscribe();

    expect(subscribed()).toEqual(['a']);
  });

  it.each<[FilterCollection, unknown]>([
    [['a', 'b#'], InvalidTopicError],
    [{ 'a/{x': {} }, InvalidTopicError],
    [['a/{x}', 'a/{y}'], InvalidOptionsError],
    [['a/+', 'a/{y}'], InvalidOptionsError],
    [[], InvalidOptionsError],
    [{}, InvalidOptionsError],
  ])('%j are refused at once', (filters, error) => {
    const { mqtt } = idle();

    expect(() => mqtt.observe(filters)).toThrow(error as new () => Error);
  });

  it.each([
    ['a bad option', { a: { qos: 3 } }],
    ['an option that does not exist', { a: { codec: text() } }],
  ])('with %s are refused at once', (_, filters) => {
    const { mqtt } = idle();

    expect(() => mqtt.observe(filters as FilterCollection)).toThrow(InvalidOptionsError);
  });
});

describe('a stream of filters', () => {
  it('is followed: only the differences are sent, new ones first', () => {
    const script = connected();
    const { mqtt, subscribed, unsubscribed, deliver } = script;
    const filters$ = new Subject<FilterCollection>();
    const seen = watch(mqtt.observe(filters$));
    expect(subscribed()).toEqual([]);

    filters$.next(['a', 'b/{x}']);
    expect(subscribed()).toEqual(['a', 'b/+']);
    grant(script);
    filters$.next({ 'b/{x}': {}, 'c/#': { qos: 1 } });
    expect([subscribed(), unsubscribed()]).toEqual([['a', 'b/+', 'c/#'], []]);
    deliver({ topic: 'a' });
    grant(script);
    expect(unsubscribed()).toEqual(['a']);
    deliver({ topic: 'a' }, { topic: 'b/1' }, { topic: 'c/2' });

    expect(seen.values.map(({ topic, template }) => [topic, template])).toEqual([
      ['a', 'a'],
      ['b/1', 'b/{x}'],
      ['c/2', 'c/#'],
    ]);
  });

  it('may say nothing at times, and the same again', () => {
    const script = connected();
    const { mqtt, subscribed, unsubscribed } = script;
    const filters$ = new Subject<string | FilterCollection>();
    const seen = watch(mqtt.observe(filters$));

    filters$.next('a');
    subscribed();
    grant(script);
    filters$.next(['a']);
    expect([subscribed(), unsubscribed()]).toEqual([['a'], []]);
    filters$.next([]);
    expect(unsubscribed()).toEqual(['a']);
    script.server.wire.unsuback();
    filters$.next('b');

    expect(subscribed()).toEqual(['a', 'b']);
    expect(seen).toMatchObject({ error: undefined, completed: false });
  });

  it('has its last word when it completes', () => {
    const { mqtt, deliver } = connected();
    const seen = watch(mqtt.observe(of('a', ['b'])));

    deliver({ topic: 'a' }, { topic: 'b' });

    expect(seen.values.map(({ topic }) => topic)).toEqual(['b']);
    expect(seen.completed).toBe(false);
  });

  it('completes its observers when nothing can come any more', () => {
    const { mqtt } = connected();

    expect(watch(mqtt.observe(of([]))).completed).toBe(true);
    expect(watch(mqtt.observe(of())).completed).toBe(true);
  });

  it.each<[string, Observable<FilterCollection>, object]>([
    ['an error', throwError(() => new Error('mine')), { message: 'mine' }],
    ['a filter that is none', of(['a'], ['b#']), { name: 'InvalidTopicError' }],
    ['an option that is none', of<FilterCollection>({ a: { qos: 9 as 2 } }), { name: 'InvalidOptionsError' }],
  ])('ends its observers with %s, and unsubscribes', (_, filters$, error) => {
    const { mqtt, subscribed } = connected();
    const seen = watch(mqtt.observe(filters$));

    expect(seen.error).toMatchObject(error);
    expect(subscribed()).toEqual([]);
  });

  it('ends its observers when the server refuses one, and is left', () => {
    const script = connected();
    const filters$ = new Subject<string>();
    const seen = watch(script.mqtt.observe(filters$));
    filters$.next('a');
    script.server.clock.advance();

    script.server.wire.suback(undefined, [0x87]);

    expect(seen.error).toBeInstanceOf(SubscribeRejectedError);
    expect(filters$.observed).toBe(false);
  });

  it('is subscribed by each observer, and left when that leaves', () => {
    const { mqtt } = connected();
    const filters$ = new Subject<string>();
    const seen = [watch(mqtt.observe(filters$)), watch(mqtt.observe(filters$))];
    expect(filters$.observed).toBe(true);

    for (const { leave } of seen) leave();

    expect(filters$.observed).toBe(false);
  });

  it('that never speaks opens nothing', () => {
    const { mqtt, server } = idle();

    watch(mqtt.observe(NEVER));

    expect(server.wires).toHaveLength(0);
  });

  it('changed by the consumer of a message takes effect', () => {
    const { mqtt, server, subscribed, deliver } = connected();
    const filters$ = new Subject<string>();
    const seen: string[] = [];
    mqtt.observe(filters$).subscribe(({ topic }) => {
      seen.push(topic);
      filters$.next('b');
    });
    filters$.next('a');
    deliver({ topic: 'a' });
    subscribed();
    server.wire.suback();

    deliver({ topic: 'b' });

    expect(seen).toEqual(['a', 'b']);
  });
});

describe('captures', () => {
  it.each([
    ['a/+/b/#', 'a/1/b/c/d', ['1', 'c/d']],
    ['+/{x}', 'a/b', ['a']],
    ['a', 'a', []],
    ['#', 'a/b', ['a/b']],
    ['$share/g/+', 'a', ['a']],
  ])('of %s are what its wildcards stand for', (filter, topic, expected) => {
    const { mqtt, deliver } = connected();
    const seen = watch(mqtt.observe(filter));

    deliver({ topic });

    expect(seen.values.map(({ captures }) => captures)).toEqual([expected]);
  });
});

describe('onDisconnect', () => {
  it.each([
    [undefined, { error: undefined, completed: false }],
    ['keep', { error: undefined, completed: false }],
    ['error', { error: { name: 'NetworkError' }, completed: false }],
    ['complete', { error: undefined, completed: true }],
  ] as const)('%s', (onDisconnect, expected) => {
    const { mqtt, server } = connected();
    const seen = watch(mqtt.observe('a', onDisconnect === undefined ? {} : { onDisconnect }));

    server.wire.cut();

    expect(seen).toMatchObject(expected);
  });

  it('means connections that were made, not attempts that fail', () => {
    const { mqtt, server } = idle();
    const seen = watch(mqtt.observe('a', { onDisconnect: 'error' }));

    server.wire.cut();
    server.clock.advance(60_000);

    expect(seen).toMatchObject({ error: undefined });
    server.wire.connack();
    server.wire.cut();
    expect(seen.error).toMatchObject({ name: 'NetworkError' });
  });

  it('listens no more after the observer has left', () => {
    const { mqtt, server } = connected();
    const seen = watch(mqtt.observe('a', { onDisconnect: 'error' }).pipe(take(1)));

    seen.leave();
    server.wire.cut();

    expect(seen.error).toBeUndefined();
  });

  it('is refused at once when it says something else', () => {
    const { mqtt } = idle();

    expect(() => mqtt.observe('a', { onDisconnect: 'retry' as 'keep' })).toThrow(InvalidOptionsError);
  });
});

describe('a late observer', () => {
  it("gets the retained messages alone with retained: 'replay'", () => {
    const script = connected();
    const { mqtt, server } = script;
    const early = watch(mqtt.observe('a/+'));
    server.clock.advance();
    server.wire.suback();
    const late = watch(mqtt.observe('a/{x}', { retained: 'replay' }));
    server.clock.advance();

    server.wire.message({ topic: 'a/1', retain: true, subscriptionIds: [2] });
    server.wire.message({ topic: 'a/2', subscriptionIds: [2] });

    expect(early.values.map(({ topic }) => topic)).toEqual(['a/2']);
    expect(late.values.map(({ params }) => params.x)).toEqual(['1', '2']);
  });

  it('comes in time for what lingers', () => {
    const { mqtt, server, unsubscribed } = connected();
    const first = watch(mqtt.observe('a', { linger: 100 }));
    server.clock.advance();
    server.wire.suback();
    first.leave();
    server.clock.advance(50);

    watch(mqtt.observe('a'));
    server.clock.advance(1_000);

    expect(unsubscribed()).toEqual([]);
  });
});

describe('fromTopic', () => {
  it('is observe as a function, for all that can be observed', () => {
    const { mqtt, subscribed, deliver } = connected();
    const seen = watch(fromTopic(mqtt, 'a/{x}', { codec: text() }));
    const set = watch(fromTopic(mqtt, { 'b/{y}': { qos: 1 } }));
    const followed = watch(fromTopic(mqtt, of(['c'])));
    expect(subscribed()).toEqual(['a/+', 'b/+', 'c']);

    deliver({ topic: 'a/1', payload: 'v' }, { topic: 'b/2' }, { topic: 'c' });

    expect(seen.values.map(({ params, value }) => [params.x, value])).toEqual([['1', 'v']]);
    expect(set.values.map(({ params }) => params.y)).toEqual(['2']);
    expect(followed.values).toHaveLength(1);
  });
});
