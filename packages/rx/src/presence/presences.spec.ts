import { InvalidTopicError } from '@rxmqtt/core';
import { map, take } from 'rxjs';
import { asking, hear } from '../../test/asked.js';
import { type PresencesOptions, presences } from './presences.js';

function watched(options: PresencesOptions<'p/{id}'> = {}) {
  const script = asking();
  const heard = hear(presences(script.mqtt, 'p/{id}', options).pipe(map((each) => [...each.keys()].join())));
  return {
    ...script,
    heard,
    say: (topic: string, payload: string, retain = false) => {
      script.server.wire.message({ topic, payload, retain });
    },
    /** Lets what is due at the end of the task happen. */
    tick: () => {
      jest.advanceTimersByTime(0);
      return Promise.resolve();
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('presences', () => {
  it('says who is there: first when the server has granted, then at each change', async () => {
    const { serve, say, tick, heard, filters } = watched();
    serve();
    await tick();
    expect(filters()).toEqual(['p/+']);
    expect(heard.values).toEqual(['']);

    say('p/1', 'online', true);
    say('p/2', 'online');
    await tick();
    say('p/1', 'offline');
    await tick();

    expect(heard.values).toEqual(['', 'p/1,p/2', 'p/2']);
  });

  it('says nothing when nothing has changed', async () => {
    const { serve, say, tick, heard } = watched();
    serve();
    say('p/1', 'online');
    await tick();
    say('p/1', 'online');
    say('p/2', 'offline');
    say('p/3', '');
    await tick();

    expect(heard.values).toEqual(['p/1']);
  });

  it('gives a new Map each time, with what is known of each client', async () => {
    const { mqtt, serve, server } = asking();
    const heard = hear(
      presences(mqtt, 'p/{id}', { key: ({ params }) => params.id, isOnline: ({ payload }) => payload[0] === 1 }),
    );
    serve();
    server.wire.message({ topic: 'p/7', payload: new Uint8Array([1, 2]), properties: { contentType: 'x' } });
    await Promise.resolve();
    server.wire.message({ topic: 'p/7', payload: new Uint8Array([1, 3]) });
    await Promise.resolve();

    expect(heard.values.at(-2)?.get('7')).toEqual({
      topic: 'p/7',
      params: { id: '7' },
      payload: new Uint8Array([1, 2]),
      properties: { contentType: 'x' },
    });
    expect(heard.values.at(-1)?.get('7')?.payload).toEqual(new Uint8Array([1, 3]));
    expect(heard.values.at(-1)).not.toBe(heard.values.at(-2));
  });

  it('takes another payload for being there', async () => {
    const { serve, say, tick, heard } = watched({ online: 'true' });
    serve();
    say('p/1', 'true');
    say('p/2', 'online');
    await tick();

    expect(heard.values).toEqual(['p/1']);
  });

  it('keeps what it knows while the connection is lost, and if the session was lost forgets what is gone', async () => {
    const { serve, server, say, tick, heard } = watched();
    serve();
    say('p/1', 'online', true);
    say('p/2', 'online', true);
    await tick();

    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack();
    server.clock.advance();
    server.wire.suback();
    say('p/2', 'online', true);
    await tick();
    expect(heard.values.at(-1)).toBe('p/1,p/2');
    jest.advanceTimersByTime(2_000);
    await tick();

    expect(heard.values.at(-1)).toBe('p/2');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps what it knows where the session lives on', async () => {
    const { serve, server, say, tick, heard } = watched();
    serve();
    say('p/1', 'online', true);
    await tick();
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack({ sessionPresent: true });
    jest.advanceTimersByTime(10_000);
    await tick();

    expect(heard.values).toEqual(['p/1']);
  });

  it('completes with the connection; errors with a refusal, its failure, and a callback that throws', async () => {
    const { mqtt, heard, serve } = watched();
    serve();
    await mqtt.close();
    expect(heard.completed).toBe(true);

    const refused = watched();
    refused.server.wire.connack();
    refused.server.clock.advance();
    refused.server.wire.suback(undefined, [0x87]);
    expect(refused.heard.error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED' });

    const failed = watched();
    failed.server.wire.connack({ reasonCode: 0x8a });
    expect(failed.heard.error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });
    expect(hear(presences(failed.mqtt, 'p/+')).error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });

    const mistake = new Error('mine');
    const throwing = watched({
      isOnline: () => {
        throw mistake;
      },
    });
    throwing.serve();
    throwing.say('p/1', 'online');
    expect(throwing.heard.error).toBe(mistake);
  });

  it('unsubscribing unsubscribes at the broker, and leaves nothing behind', async () => {
    const { mqtt, serve, server, filters } = asking();
    const heard = hear(presences(mqtt, 'p/+').pipe(take(1)));
    serve();
    await Promise.resolve();
    server.wire.message({ topic: 'p/1', payload: 'online' });
    await Promise.resolve();

    expect(heard).toMatchObject({ completed: true });
    expect(heard.values).toHaveLength(1);
    expect(filters()).toEqual(['p/+', '-p/+']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('refuses a bad filter at once', () => {
    expect(() => presences(asking().mqtt, 'a/#/b')).toThrow(InvalidTopicError);
  });
});
