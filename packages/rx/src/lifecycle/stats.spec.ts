import { InvalidOptionsError } from '@rxmqtt/core';
import type { ConnectionStats } from '@rxmqtt/core';
import { createTestConnection } from '@rxmqtt/core/testing';
import { TestScheduler } from 'rxjs/testing';
import { map, take } from 'rxjs';
import { RxMqtt } from '../client/rx-mqtt.js';
import { sampleStats } from './stats.js';

function scheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
}

describe('stats$', () => {
  it('looks now and each second, for each observer by itself', () => {
    scheduler().run(({ expectObservable }) => {
      const { connection } = createTestConnection();
      const { stats$ } = new RxMqtt(connection);
      expectObservable(stats$.pipe(map(({ attempts }) => attempts)), '^ 2500ms !').toBe('a 999ms a 999ms a', { a: 0 });
      expectObservable(
        stats$.pipe(
          take(1),
          map(({ connects }) => connects),
        ),
      ).toBe('(a|)', { a: 0 });
    });
  });

  it('looks as often as it is told, and sees what has changed', () => {
    scheduler().run(({ cold, expectObservable, flush }) => {
      const test = createTestConnection();
      const seen: ConnectionStats[] = [];
      void test.connection.open();
      cold('-a').subscribe(() => {
        test.wire.connack();
        test.wire.message({ topic: 'nobody' });
      });
      sampleStats({ connection: test.connection }, { interval: 10 })
        .pipe(take(2))
        .subscribe((stats) => seen.push(stats));
      expectObservable(cold('11ms -|')).toBe('11ms -|');
      flush();
      expect(seen).toMatchObject([
        { connects: 0, drops: { in: 0 } },
        { connects: 1, drops: { in: 1, byReason: { in: { unobserved: 1 } } } },
      ]);
    });
  });

  it('completes with the connection, and leaves no timer behind', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const { connection } = createTestConnection();
      cold('-----a').subscribe(() => void connection.close());
      expectObservable(sampleStats({ connection }, { interval: 2 }).pipe(map(() => 'x'))).toBe('x-x-x|');
      expectObservable(new RxMqtt(createTestConnection().connection).stats$.pipe(map(() => 'x')), '^--!').toBe('x---');
    });
  });

  it('completes at once, with one look, when it is over already', async () => {
    const { connection } = createTestConnection();
    await connection.close();
    let completed = false;
    sampleStats({ connection }).subscribe({ complete: () => (completed = true) });
    expect(completed).toBe(true);
  });

  it.each([0, -1, NaN, Infinity, '1' as never])('refuses an interval of %p at once', (interval) => {
    const { connection } = createTestConnection();
    expect(() => sampleStats({ connection }, { interval })).toThrow(InvalidOptionsError);
  });
});
