import { InvalidOptionsError, InvalidTopicError } from '@rxmqtt/core';
import { take } from 'rxjs';
import { asking, hear } from '../../test/asked.js';
import type { ClearRetainedOptions } from './clear-retained.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function clearing(options?: ClearRetainedOptions) {
  const script = asking();
  const heard = hear(script.mqtt.clearRetained('a/#', options));
  return {
    ...script,
    heard,
    retain: (...topics: string[]) => {
      for (const topic of topics) script.server.wire.message({ topic, payload: 'x', retain: true });
    },
  };
}

describe('clearRetained', () => {
  it('publishes nothing, retained, to each topic that has a retained message, and says so', () => {
    const { serve, retain, published, acknowledge, heard, filters } = clearing();
    serve();
    retain('a/1', 'a/2');
    expect(filters()).toEqual(['a/#']);
    expect(published()).toMatchObject([
      { topic: 'a/1', payload: '', retain: true, qos: 1 },
      { topic: 'a/2', payload: '', retain: true, qos: 1 },
    ]);
    expect(heard.values).toEqual([]);

    acknowledge('a/1');
    acknowledge('a/2', 0x87);

    expect(heard.values).toMatchObject([
      { status: 'cleared', topic: 'a/1', result: { qos: 1 } },
      { status: 'failed', topic: 'a/2', error: { reasonCode: 0x87 } },
    ]);
  });

  it('looks again when the server has sent no more for a while and all are done, until there are none', () => {
    const { serve, retain, acknowledge, heard, filters } = clearing();
    serve();
    jest.advanceTimersByTime(499);
    retain('a/1');
    jest.advanceTimersByTime(5_000);
    expect(filters()).toEqual(['a/#']);
    acknowledge('a/1');
    jest.advanceTimersByTime(500);
    expect(filters()).toEqual(['a/#', 'a/#']);
    serve();
    // What was left out the first time.
    retain('a/2');
    acknowledge('a/2');
    jest.advanceTimersByTime(500);
    serve();
    jest.advanceTimersByTime(499);
    expect(heard.completed).toBe(false);
    jest.advanceTimersByTime(1);

    expect(heard).toMatchObject({ completed: true, values: [{ topic: 'a/1' }, { topic: 'a/2' }] });
    expect(filters()).toEqual(['a/#', 'a/#', 'a/#', '-a/#']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('completes when there is nothing to clear; not before the server has granted', () => {
    const { serve, heard } = clearing({ quiet: 100 });
    jest.advanceTimersByTime(5_000);
    serve();
    jest.advanceTimersByTime(100);

    expect(heard).toMatchObject({ values: [], completed: true });
  });

  it('takes live messages for no retained ones, nor empty ones', () => {
    const { serve, server, published } = clearing();
    serve();
    server.wire.message({ topic: 'a/1', payload: 'live' });
    server.wire.message({ topic: 'a/1', payload: '', retain: true });

    expect(published()).toEqual([]);
  });

  it('clears a topic once, also if it comes twice meanwhile', () => {
    const { serve, retain, published } = clearing();
    serve();
    retain('a/1', 'a/1');

    expect(published()).toHaveLength(1);
  });

  it('bounds how many it clears at once, and how many wait', () => {
    const { serve, retain, published, heard } = clearing({ window: 1, capacity: 1 });
    serve();
    retain('a/1', 'a/2', 'a/3');

    expect(published()).toHaveLength(1);
    expect(heard.values).toMatchObject([{ status: 'failed', topic: 'a/3', error: { code: 'ERR_MQTT_OVERFLOW' } }]);
  });

  it('errors when nothing happens any more', () => {
    const { serve, retain, heard } = clearing({ timeout: 1_000 });
    serve();
    retain('a/1');
    jest.advanceTimersByTime(1_000);

    expect(heard.error).toMatchObject({ code: 'ERR_MQTT_TIMEOUT' });
    expect(clearing({ timeout: 1_000 }).heard.error).toBeUndefined();
  });

  it('errors when it is refused; completes with the connection', async () => {
    const { server, heard } = clearing();
    server.wire.connack();
    server.clock.advance();
    server.wire.suback(undefined, [0x87]);
    expect(heard.error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED' });

    const closed = clearing();
    closed.serve();
    await closed.mqtt.close();
    expect(closed.heard.completed).toBe(true);
    expect(hear(closed.mqtt.clearRetained('a')).error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });

  it('gets the retained messages also where the filter is observed already', () => {
    const { mqtt, serve, filters } = asking();
    mqtt.observe('a/#').subscribe();
    serve();
    hear(mqtt.clearRetained('a/#'));
    serve();

    expect(filters()).toEqual(['a/#', 'a/#']);
  });

  it('goes on through a reconnect', () => {
    const { serve, server, retain, acknowledge, heard } = clearing();
    serve();
    retain('a/1');
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack({ sessionPresent: true });
    acknowledge('a/1');
    jest.advanceTimersByTime(500);
    serve();
    jest.advanceTimersByTime(500);

    expect(heard).toMatchObject({ values: [{ status: 'cleared' }], completed: true });
  });

  it('tries a topic that cannot be cleared once, and does not look again for it', () => {
    const { serve, retain, acknowledge, heard } = clearing();
    serve();
    retain('a/1', 'a/2');
    acknowledge('a/1', 0x87);
    acknowledge('a/2');
    jest.advanceTimersByTime(500);
    serve();
    retain('a/1');
    jest.advanceTimersByTime(500);

    expect(heard.values.map(({ status }) => status)).toEqual(['failed', 'cleared']);
    expect(heard.completed).toBe(true);
  });

  it('does not go on for ever where others publish as fast', () => {
    const { serve, retain, acknowledge, heard } = clearing();
    for (let pass = 0; pass < 10; pass++) {
      expect(heard.completed).toBe(false);
      serve();
      retain('a/1');
      acknowledge('a/1');
      jest.advanceTimersByTime(500);
    }

    expect(heard.values).toHaveLength(10);
    expect(heard.completed).toBe(true);
  });

  it('unsubscribing ends it', () => {
    const { mqtt, serve, server, acknowledge, filters } = asking();
    const heard = hear(mqtt.clearRetained('a/#').pipe(take(1)));
    serve();
    server.wire.message({ topic: 'a/1', payload: 'x', retain: true });
    acknowledge('a/1');

    expect(heard.completed).toBe(true);
    expect(filters()).toEqual(['a/#', '-a/#']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('refuses bad arguments at once', () => {
    const { mqtt } = asking();

    expect(() => mqtt.clearRetained('a/#/b')).toThrow(InvalidTopicError);
    expect(() => mqtt.clearRetained('$share/g/a')).toThrow(InvalidOptionsError);
    expect(() => mqtt.clearRetained('a', { quiet: 0 })).toThrow(/quiet/);
    expect(() => mqtt.clearRetained('a', { timeout: Infinity })).toThrow(/timeout/);
    expect(() => mqtt.clearRetained('a', { window: 0 })).toThrow(/window/);
  });
});
