import { NEVER, Subject, concat, of, range, take, tap, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { watch } from '../../test/operators/marbles.js';
import { connected, idle } from '../../test/operators/scripted.js';
import { whileConnected } from './while-connected.js';

describe('whileConnected', () => {
  it('opens the connection, and is subscribed to the source only while there is one', () => {
    const script = idle();
    const source = new Subject<string>();
    const seen = watch(source.pipe(whileConnected(script.mqtt)));
    expect([script.server.wires.length, source.observed]).toEqual([1, false]);
    script.server.wire.connack();
    source.next('a');
    script.server.wire.cut();
    expect(source.observed).toBe(false);
    source.next('lost');
    script.server.clock.advance(1);
    script.server.wire.connack();
    source.next('b');
    expect(seen).toMatchObject({ values: ['a', 'b'], completed: false });
  });

  it('starts the source from its beginning with each connection', () => {
    const script = connected();
    const seen = watch(concat(of(1, 2), NEVER).pipe(whileConnected(script.mqtt)));
    script.reconnect();
    expect(seen.values).toEqual([1, 2, 1, 2]);
  });

  it('follows the connection in virtual time', () => {
    const { mqtt, server } = connected();
    new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    }).run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('        -a-b-c');
      const connection = cold('    --x---y', {
        x: () => server.wire.cut(),
        y: () => {
          server.clock.advance(1);
          server.wire.connack();
        },
      });
      connection.subscribe((change) => change());
      expectObservable(source.pipe(whileConnected(mqtt)), '---------!').toBe('-a-----a-');
      expectSubscriptions(source.subscriptions).toBe(['^-!', '------^--!']);
    });
  });

  it('completes when the source does, and does not start it again', () => {
    const script = connected();
    const seen = watch(of(1).pipe(whileConnected(script.mqtt)));
    script.reconnect();
    expect(seen).toMatchObject({ values: [1], completed: true });
  });

  it('errors with the source', () => {
    const mistake = new Error('mine');
    expect(watch(throwError(() => mistake).pipe(whileConnected(connected().mqtt))).error).toBe(mistake);
  });

  it.each(['connected', 'offline'] as const)('completes when the connection is closed while %s', async (when) => {
    const script = connected();
    const source = new Subject();
    const seen = watch(source.pipe(whileConnected(script.mqtt)));
    if (when === 'offline') script.server.wire.cut();
    await script.mqtt.close();
    expect(seen.completed).toBe(true);
    expect(source.observed).toBe(false);
  });

  it('lets go of everything when it is unsubscribed from', () => {
    const script = connected();
    const source = new Subject();
    const seen = watch(source.pipe(whileConnected(script.mqtt)));
    seen.leave();
    script.reconnect();
    expect(source.observed).toBe(false);
  });

  it('pulls 3 from a synchronous source behind take(3)', () => {
    let pulled = 0;
    const source = range(0, 100_000).pipe(tap(() => pulled++));
    watch(source.pipe(whileConnected(connected().mqtt), take(3)));
    expect(pulled).toBe(3);
  });

  it('lets a consumer break the connection', () => {
    const script = connected();
    const seen: number[] = [];
    range(0, 10)
      .pipe(whileConnected(script.mqtt))
      .subscribe((value) => {
        seen.push(value);
        if (value === 2) script.server.wire.cut();
      });
    expect(seen).toEqual([0, 1, 2]);
  });
});
