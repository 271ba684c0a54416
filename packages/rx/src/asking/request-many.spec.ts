import { InvalidOptionsError } from '@rxmqtt/core';
import { map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { asking, hear } from '../../test/asked.js';
import { number } from '../codecs/number.js';
import type { RequestManyOptions, Until } from './ask-options.js';

const END: { readonly userProperties: readonly (readonly [string, string])[] } = {
  userProperties: [['rxmqtt-end', '']],
};
const FAILED: typeof END = { userProperties: [['rxmqtt-error', 'BUSY']] };

/** Asks, and has it answered at the frames of the marbles: `e` with an error, `z` with the end, else with the letter. */
function answered(
  until: Until,
  answers: string,
  expected: string,
  options: Omit<RequestManyOptions, 'until'> = {},
  error?: unknown,
): void {
  new TestScheduler((actual, wanted) => {
    expect(actual).toEqual(wanted);
  }).run(({ hot, expectObservable }) => {
    const { mqtt, serve, requests, reply } = asking();
    hear(mqtt.request('warm', '', { timeout: 1, linger: 1_000 }));
    serve();
    hot(answers).subscribe((letter) => {
      const [, request] = requests();
      if (letter === 'e') reply(request!, '', FAILED);
      else if (letter === 'z') reply(request!, '', END);
      else reply(request!, letter === '0' ? '' : letter);
    });
    const letters$ = mqtt
      .requestMany('a', '', { until, ...options })
      .pipe(map(({ value }) => new TextDecoder().decode(value)));
    expectObservable(letters$).toBe(expected, undefined, error);
  });
}

describe('requestMany', () => {
  it('until so many have come', () => {
    answered({ count: 3 }, '-a-b-c-d', '-a-b-(c|)');
  });

  it('until none has come for a while, which begins with the first', () => {
    answered({ stall: 3 }, '------a-b--c', '------a-b--c--|');
  });

  it('until time is up', () => {
    answered({ timer: 5 }, '-a-b---c', '-a-b-|');
    answered({ timer: 5 }, '--------', '-----|');
  });

  it('until a responder says that it was the last, or an empty payload comes', () => {
    answered({ sentinel: true }, '-a-b-z-c', '-a-b-|');
    answered({ sentinel: true }, '-a-0-b', '-a-|');
  });

  it('until a reply that a function knows', () => {
    answered({ sentinel: ({ payload }) => payload[0] === 'c'.charCodeAt(0) }, '-a-b-c-d', '-a-b-|');
  });

  it('until the first of several conditions', () => {
    answered({ count: 9, stall: 3, timer: 6 }, '-a-b', '-a-b--|');
    answered({ count: 2, timer: 6 }, '-a-b', '-a-(b|)');
  });

  it('takes no notice of an end that it does not wait for', () => {
    answered({ count: 2 }, '-a-z-b', '-a---(b|)');
  });

  it('errors when that has not come true in time; with a timer there is no other limit', () => {
    const late = expect.objectContaining({ code: 'ERR_MQTT_TIMEOUT' });
    answered({ count: 3 }, '-a-b', '-a-b-#', { timeout: 5 }, late);
    answered({ count: 3 }, '-a-b', '-a-b 9996ms #', {}, late);
    answered({ timer: 20_000 }, '-a', '-a 19998ms |');
  });

  it('errors with the first responder that fails, or skips it, or tells of it', () => {
    const failures: string[] = [];
    answered({ count: 2 }, '-a-e-b', '-a-#', {}, expect.objectContaining({ remoteCode: 'BUSY' }));
    answered({ count: 2 }, '-a-e-b', '-a---(b|)', { onError: 'skip' });
    answered({ count: 2 }, '-a-e-b', '-a---(b|)', { onError: ({ code }) => failures.push(code) });
    expect(failures).toEqual(['ERR_MQTT_REMOTE']);
  });

  it('errors with what a callback throws', () => {
    const mistake = new Error('mine');
    const fail = (): never => {
      throw mistake;
    };
    answered({ sentinel: fail }, '-a', '-#', {}, mistake);
    answered({ count: 1 }, '-e', '-#', { onError: fail }, mistake);
  });

  describe('with a server that the test plays', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });

    afterEach(() => {
      jest.useRealTimers();
    });

    it('sends one request, and decodes each reply', () => {
      const { mqtt, serve, requests, reply } = asking();
      const heard = hear(
        mqtt.requestMany('a', '', { until: { count: 2 }, replyCodec: number() }).pipe(map(({ value }) => value)),
      );
      serve();
      reply(requests()[0]!, '1');
      reply(requests()[0]!, '2');

      expect(heard).toMatchObject({ values: [1, 2], completed: true });
      expect(requests()).toHaveLength(1);
    });

    it('errors with a reply that cannot be decoded, unless it is skipped', () => {
      const { mqtt, serve, requests, reply } = asking();
      const options = { until: { count: 1 }, replyCodec: number() };
      const heard = hear(mqtt.requestMany('a', '', options));
      const lenient = hear(mqtt.requestMany('a', '', { ...options, onError: 'skip' }).pipe(map(({ value }) => value)));
      serve();
      for (const request of requests()) for (const payload of ['x', '7']) reply(request, payload);

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_DECODE' });
      expect(lenient).toMatchObject({ values: [7], completed: true });
    });

    it('errors when nobody is there, and with the connection', async () => {
      const { mqtt, server, serve } = asking();
      const heard = [
        hear(mqtt.requestMany('a', '', { until: { count: 1 } })),
        hear(mqtt.requestMany('b', '', { until: { count: 1 } })),
      ];
      serve();
      server.wire.acknowledge(4, 2, 0x10);
      await mqtt.close();

      expect(heard.map(({ error }) => (error as { code?: string }).code)).toEqual([
        'ERR_MQTT_NO_RESPONDER',
        'ERR_MQTT_CLOSED',
      ]);
    });

    it('unsubscribing forgets further replies, and leaves no timer but the linger', () => {
      const { mqtt, serve, requests, reply } = asking();
      const heard = hear(mqtt.requestMany('a', '', { until: { stall: 100, timer: 900 }, linger: 0 }));
      const two = hear(mqtt.requestMany('b', '', { until: { stall: 100, timer: 900 }, linger: 0 }).pipe(take(2)));
      serve();
      for (const payload of ['1', '2', '3']) for (const request of requests()) reply(request, payload);
      heard.leave();
      jest.advanceTimersByTime(0);

      expect([heard.values.length, two.values.length, two.completed]).toEqual([3, 2, true]);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('goes on through a reconnect', () => {
      const { mqtt, server, serve, requests, reply } = asking();
      const heard = hear(mqtt.requestMany('a', '', { until: { count: 2 } }));
      serve();
      reply(requests()[0]!, '1');
      server.wire.cut();
      server.clock.advance(60_000);
      server.wire.connack({ sessionPresent: true });
      reply(requests()[0]!, '2');

      expect(heard).toMatchObject({ completed: true, error: undefined });
    });
  });

  it.each([
    ['until', {}],
    ['until', undefined],
    ['until.count', { count: 0 }],
    ['until.count', { count: 1.5 }],
    ['until.stall', { stall: 0 }],
    ['until.timer', { timer: Infinity }],
    ['until.sentinel', { sentinel: 'end' }],
  ])('refuses a wrong %s at once: %j', (path, until) => {
    const { mqtt } = asking();

    expect(() => mqtt.requestMany('a', '', { until } as unknown as RequestManyOptions)).toThrow(InvalidOptionsError);
    expect(() => mqtt.requestMany('a', '', { until } as unknown as RequestManyOptions)).toThrow(path);
  });
});
