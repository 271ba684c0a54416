import { type DropEvent, InvalidOptionsError } from '@rxmqtt/core';
import { EMPTY, NEVER, map, mergeMap, range, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { asking, hear } from '../../test/asked.js';
import { json } from '../codecs/json.js';
import { text } from '../codecs/text.js';
import type { Reply } from './ask-options.js';
import { NoResponderError, RemoteError } from './remote-error.js';

const textOf = (reply: Reply): string => new TextDecoder().decode(reply.value);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('request', () => {
  it('asks with a response topic and correlation data, and emits the reply', () => {
    const { mqtt, serve, requests, reply, filters } = asking();
    const heard = hear(mqtt.request('calc/add', '1+2').pipe(map(textOf)));
    serve();
    const [request] = requests();
    expect(request).toMatchObject({ topic: 'calc/add', payload: '1+2', qos: 1, retain: false });
    expect(request!.properties!.correlationData).toHaveLength(16);
    expect(filters()).toEqual([request!.properties!.responseTopic]);
    expect(heard.completed).toBe(false);

    reply(request!, '3');

    expect(heard).toMatchObject({ values: ['3'], completed: true, error: undefined });
  });

  it('encodes and decodes', () => {
    const { mqtt, serve, requests, reply } = asking();
    const options = { codec: json<{ a: number }>(), replyCodec: json<{ sum: number }>() };
    const heard = hear(mqtt.request('add', { a: 1 }, options).pipe(map(({ value }) => value.sum)));
    serve();
    expect(requests()).toMatchObject([{ payload: '{"a":1}', properties: { contentType: 'application/json' } }]);

    reply(requests()[0]!, '{"sum":3}');

    expect(heard.values).toEqual([3]);
  });

  it('is cold, and asks anew for each subscription', () => {
    const { mqtt, server, serve, requests } = asking();
    const reply$ = mqtt.request('a', '');
    expect(server.wires).toHaveLength(0);

    hear(reply$);
    hear(reply$);
    serve();

    const keys = requests().map(({ properties }) => String(properties?.correlationData));
    expect(new Set(keys).size).toBe(2);
  });

  it('waits with the request until replies can arrive', () => {
    const { mqtt, server, requests, serve } = asking();
    hear(mqtt.request('a', ''));
    server.wire.connack();
    server.clock.advance();
    expect(requests()).toEqual([]);

    serve();

    expect(requests()).toHaveLength(1);
  });

  it('gives each asker its own reply, in whatever order they come', () => {
    const { mqtt, serve, requests, reply, filters } = asking({ publish: { window: 200 } });
    const heard = hear(
      range(0, 100).pipe(mergeMap((i) => mqtt.request('a', String(i)).pipe(map((each) => [i, textOf(each)] as const)))),
    );
    serve();

    for (const request of requests().reverse()) reply(request, String(Number(request.payload) * 2));

    expect(heard.completed).toBe(true);
    for (const [i, value] of heard.values) expect(value).toBe(String(i * 2));
    expect(filters()).toHaveLength(1);
  });

  it("is answered once: further replies are nobody's, and so are replies to nothing", () => {
    const { mqtt, server, serve, requests, reply } = asking();
    const heard = hear(mqtt.request('a', '').pipe(map(textOf)));
    serve();
    const [request] = requests();
    const { responseTopic = '' } = request!.properties!;
    server.wire.message({ topic: responseTopic, payload: 'forged' });
    server.wire.message({
      topic: responseTopic,
      payload: 'forged',
      properties: { correlationData: new Uint8Array(16) },
    });
    server.wire.message({
      topic: responseTopic,
      payload: 'forged',
      properties: { correlationData: new Uint8Array(3) },
    });
    expect(heard.values).toEqual([]);

    reply(request!, 'yes');
    reply(request!, 'late');

    expect(heard.values).toEqual(['yes']);
  });

  it('names a response topic that nobody can guess, the same for all requests of a client', () => {
    const topics = [1, 2].map(() => {
      const { mqtt, serve, requests } = asking();
      hear(mqtt.request('a', ''));
      hear(mqtt.request('b', ''));
      serve();
      return new Set(requests().map(({ properties }) => properties?.responseTopic));
    });

    expect(topics.map(({ size }) => size)).toEqual([1, 1]);
    expect(topics[0]).not.toEqual(topics[1]);
    expect([...topics[0]!][0]).toMatch(/^rxmqtt\/reply\/[a-z0-9]{22}$/);
  });

  it.each([
    ['the response information of the server', {}, { responseInformation: 'clients/7/' }, /^clients\/7\/[a-z0-9]{22}$/],
    [
      'what it is told',
      { replyTo: 'my/replies' },
      { responseInformation: 'clients/7/' },
      /^my\/replies\/[a-z0-9]{22}$/,
    ],
  ])('begins it with %s', (_, options, negotiated, expected) => {
    const { mqtt, serve, requests } = asking({}, negotiated);
    hear(mqtt.request('a', '', options));
    serve();

    expect(requests()[0]?.properties?.responseTopic).toMatch(expected);
  });

  it('is never retained, and tells the server when nobody waits any more', () => {
    const { mqtt, serve, requests } = asking({ publishDefaults: { '#': { retain: true } } });
    hear(mqtt.request('a', '', { timeout: 1_500 }));
    hear(mqtt.request('b', '', { properties: { messageExpiryInterval: 7 } }));
    serve();

    expect(requests()).toMatchObject([
      { retain: false, properties: { messageExpiryInterval: 2 } },
      { retain: false, properties: { messageExpiryInterval: 7 } },
    ]);
  });

  describe('keeps its subscription', () => {
    it('while somebody waits, and 30 s longer', () => {
      const { mqtt, serve, requests, reply, filters } = asking();
      hear(mqtt.request('a', ''));
      hear(mqtt.request('b', ''));
      serve();
      reply(requests()[0]!, '');
      reply(requests()[1]!, '');
      jest.advanceTimersByTime(29_999);
      expect(filters()).toHaveLength(1);

      jest.advanceTimersByTime(1);

      expect(filters()).toHaveLength(2);
      expect(filters()[1]).toBe(`-${filters()[0]!}`);
    });

    it('for the next request, which waits for nothing', () => {
      const { mqtt, serve, requests, reply, filters } = asking();
      hear(mqtt.request('a', '', { linger: 100 }));
      serve();
      reply(requests()[0]!, '');
      jest.advanceTimersByTime(99);

      const next = hear(mqtt.request('b', '', { linger: 100 }));
      expect(requests()).toHaveLength(2);
      jest.advanceTimersByTime(5_000);
      expect(filters()).toHaveLength(1);
      next.leave();
      jest.advanceTimersByTime(100);

      expect(filters()).toHaveLength(2);
    });

    it('and has no timer left when the connection has ended', async () => {
      const { mqtt, serve, requests, reply } = asking();
      hear(mqtt.request('a', ''));
      serve();
      reply(requests()[0]!, '');

      await mqtt.close();

      expect(jest.getTimerCount()).toBe(0);
    });
  });

  describe('errors', () => {
    it('with what the responder says', () => {
      const { mqtt, serve, requests, reply } = asking();
      const heard = hear(mqtt.request('a/b', ''));
      serve();

      reply(requests()[0]!, '', {
        userProperties: [
          ['rxmqtt-error', 'NOT_FOUND'],
          ['rxmqtt-error-message', 'no\nsuch thing'],
        ],
      });

      expect(heard.error).toBeInstanceOf(RemoteError);
      expect(heard.error).toMatchObject({
        code: 'ERR_MQTT_REMOTE',
        remoteCode: 'NOT_FOUND',
        remoteMessage: 'no such thing',
        message: 'the responder on "a/b" answered with NOT_FOUND: no such thing',
      });
    });

    it('when nobody is subscribed, as the server says', () => {
      const { mqtt, server, serve } = asking();
      const heard = hear(mqtt.request('a', ''));
      serve();

      server.wire.acknowledge(4, 2, 0x10);

      expect(heard.error).toBeInstanceOf(NoResponderError);
      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_NO_RESPONDER', retryable: true, topic: 'a' });
    });

    it('when the server refuses the request', () => {
      const { mqtt, server, serve } = asking();
      const heard = hear(mqtt.request('a', ''));
      serve();

      server.wire.acknowledge(4, 2, 0x87);

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_PUBLISH_REFUSED', reasonCode: 0x87 });
    });

    it('when the server refuses the subscription; the next one tries again', () => {
      const { mqtt, server, serve } = asking();
      const heard = [hear(mqtt.request('a', '')), hear(mqtt.request('b', ''))];
      server.wire.connack();
      server.clock.advance();
      server.wire.suback(undefined, [0x87]);

      for (const each of heard) expect(each.error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED' });
      const again = hear(mqtt.request('a', ''));
      serve();
      expect(again.error).toBeUndefined();
    });

    it('when the reply cannot be decoded', () => {
      const { mqtt, serve, requests, reply } = asking();
      const heard = hear(mqtt.request('a', '', { replyCodec: json() }));
      serve();

      reply(requests()[0]!, '{');

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_DECODE' });
    });

    it('when the payload cannot be encoded or the topic is none, without a connection', () => {
      const { mqtt, server } = asking();
      const codec = {
        ...text(),
        encode: () => {
          throw new RangeError('too big');
        },
      };
      expect(hear(mqtt.request('a', '', { codec })).error).toMatchObject({ field: 'payload' });
      expect(server.wires).toHaveLength(0);
      expect(hear(mqtt.request('a/#', '')).error).toMatchObject({ code: 'ERR_MQTT_INVALID_TOPIC' });
      expect(server.wires).toHaveLength(0);
    });

    it('when time is up, counted from the subscription; the request is taken back', () => {
      const { mqtt, serve, requests } = asking();
      const heard = hear(mqtt.request('a', '', { timeout: 500 }));
      jest.advanceTimersByTime(500);

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_TIMEOUT', mayStillArrive: false });
      serve();
      expect(requests()).toEqual([]);
    });

    it('after 10 s if not told, and never if told so', () => {
      const { mqtt, serve } = asking();
      const heard = [hear(mqtt.request('a', '')), hear(mqtt.request('a', '', { timeout: Infinity }))];
      serve();
      jest.advanceTimersByTime(9_999);
      expect(heard[0]!.error).toBeUndefined();
      jest.advanceTimersByTime(1);
      expect(heard[0]!.error).toMatchObject({ code: 'ERR_MQTT_TIMEOUT', mayStillArrive: true });

      jest.advanceTimersByTime(1_000_000);

      expect(heard[1]!.error).toBeUndefined();
      heard[1]!.leave();
    });

    it('when its signal is aborted, now or later', () => {
      const { mqtt, serve } = asking();
      const abort = new AbortController();
      const heard = hear(mqtt.request('a', '', { signal: abort.signal }));
      serve();
      abort.abort('enough');

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_ABORTED', cause: 'enough', mayStillArrive: true });
      expect(hear(mqtt.request('a', '', { signal: abort.signal })).error).toMatchObject({ code: 'ERR_MQTT_ABORTED' });
    });

    it('when the connection is closed, and after that', async () => {
      const { mqtt, serve } = asking();
      const heard = hear(mqtt.request('a', ''));
      serve();
      await mqtt.close();

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
      expect(hear(mqtt.request('a', '')).error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    });

    it('when the connection fails for good', () => {
      const { mqtt, server } = asking();
      const heard = hear(mqtt.request('a', ''));
      server.wire.connack({ reasonCode: 0x8a });

      expect(heard.error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });
      expect(hear(mqtt.request('a', '')).error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });
    });
  });

  it('unsubscribing takes back what has not been sent, and forgets the reply', () => {
    const { mqtt, serve, requests } = asking();
    const heard = hear(mqtt.request('a', ''));
    heard.leave();
    serve();

    expect(requests()).toEqual([]);
    expect(heard).toMatchObject({ values: [], error: undefined, completed: false });
  });

  it('leaves no drop behind when the reply overtakes the acknowledgement of the request', () => {
    const { mqtt, server, serve, requests, reply } = asking();
    const drops: DropEvent[] = [];
    mqtt.drops$.subscribe((drop) => drops.push(drop));
    hear(mqtt.request('a', ''));
    serve();
    reply(requests()[0]!, '');
    server.wire.acknowledge(4, requests()[0]!.packetId);

    expect(drops).toEqual([]);
  });

  it('goes on through a reconnect: the request is sent again', () => {
    const { mqtt, server, serve, requests, reply } = asking();
    const heard = hear(mqtt.request('a', '', { timeout: Infinity }).pipe(map(textOf)));
    serve();
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack({ sessionPresent: true });
    expect(requests()).toHaveLength(2);

    reply(requests()[1]!, 'yes');

    expect(heard.values).toEqual(['yes']);
  });

  it('of a synchronous source asks no more often than take(3) wants', () => {
    const { mqtt, serve, requests, reply } = asking();
    hear(mqtt.request('warm', ''));
    serve();
    reply(requests()[0]!, '');
    const heard = hear(
      range(0, 100_000).pipe(
        mergeMap((i) => mqtt.request('a', String(i)).pipe(map(textOf)), 2),
        take(3),
      ),
    );
    for (let i = 1; i < 4; i++) reply(requests()[i]!, String(i));

    expect(heard).toMatchObject({ values: ['1', '2', '3'], completed: true });
    expect(requests().length).toBeLessThanOrEqual(5);
  });

  it('lets a re-entrant consumer ask again', () => {
    const { mqtt, serve, requests, reply } = asking();
    const heard: string[] = [];
    const ask = (i: number): void => {
      mqtt.request('a', String(i)).subscribe((each) => {
        heard.push(textOf(each));
        if (i < 3) ask(i + 1);
      });
    };
    ask(0);
    serve();

    for (let i = 0; i < 4; i++) reply(requests()[i]!, String(i));

    expect(heard).toEqual(['0', '1', '2', '3']);
  });

  it('of nothing, and of a source that never ends, asks nothing', () => {
    const { mqtt, server } = asking();
    const nothing = hear(EMPTY.pipe(mergeMap(() => mqtt.request('a', ''))));
    const never = hear(NEVER.pipe(mergeMap(() => mqtt.request('a', ''))));

    expect([nothing.completed, never.completed, server.wires.length]).toEqual([true, false, 0]);
  });

  describe('on MQTT 3.1.1', () => {
    it('puts into a JSON text what properties cannot say', () => {
      const { mqtt, server, serve, requests } = asking({ protocolVersion: 4 });
      const heard = hear(mqtt.request('a', '1+2').pipe(map(textOf)));
      serve();
      const request = JSON.parse(String(requests()[0]?.payload)) as Record<string, string>;
      expect(request).toMatchObject({ rxmqtt: 'request', text: '1+2' });

      const { replyTo = '', id } = request;
      server.wire.message({ topic: replyTo, payload: JSON.stringify({ rxmqtt: 'reply', id: 'other', text: '4' }) });
      server.wire.message({ topic: replyTo, payload: 'nonsense' });
      server.wire.message({ topic: replyTo, payload: JSON.stringify({ rxmqtt: 'reply', id, text: '3' }) });

      expect(heard).toMatchObject({ values: ['3'], completed: true });
    });

    it('carries bytes, content types and errors', () => {
      const { mqtt, server, serve, requests } = asking({ protocolVersion: 4 });
      const replies = [hear(mqtt.request('a', new Uint8Array([0, 255]))), hear(mqtt.request('b', ''))];
      serve();
      const [first, second] = requests().map(({ payload }) => JSON.parse(String(payload)) as Record<string, string>);
      expect(first).toMatchObject({ data: 'AP8=' });
      const say = (id: string | undefined, fields: object): void => {
        server.wire.message({ topic: first!['replyTo']!, payload: JSON.stringify({ rxmqtt: 'reply', id, ...fields }) });
      };

      say(first!['id'], { data: 'AP8=', contentType: 'image/png' });
      say(second!['id'], { rxmqtt: 'error', code: 'BUSY', message: 'later' });

      expect(replies[0]!.values).toMatchObject([
        { value: new Uint8Array([0, 255]), properties: { contentType: 'image/png' } },
      ]);
      expect(replies[1]!.error).toMatchObject({ remoteCode: 'BUSY', remoteMessage: 'later' });
    });

    it('is understood on MQTT 5 as well, if asked', () => {
      const { mqtt, serve, requests } = asking();
      hear(mqtt.request('a', '', { convention: 'envelope' }));
      serve();

      expect(requests()[0]).toMatchObject({ payload: expect.stringContaining('"rxmqtt":"request"') });
      expect(requests()[0]?.properties).not.toHaveProperty('responseTopic');
    });
  });

  it('in virtual time: the reply, and the time limit', () => {
    jest.useRealTimers();
    new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    }).run(({ cold, expectObservable }) => {
      const { mqtt, serve, requests, reply } = asking();
      hear(mqtt.request('warm', '', { timeout: 1 }));
      serve();
      const answered$ = mqtt.request('a', '', { timeout: 9 }).pipe(map(textOf));
      const late$ = mqtt.request('a', '', { timeout: 4 }).pipe(map(textOf));
      const expected = '  -----(a|)';
      const tooLate = '   ----#';
      cold('              -----a').subscribe((payload) => {
        for (const request of requests()) reply(request, payload);
      });

      expectObservable(answered$).toBe(expected);
      expectObservable(late$).toBe(tooLate, undefined, expect.objectContaining({ code: 'ERR_MQTT_TIMEOUT' }));
    });
  });

  it.each([
    ['timeout', { timeout: -1 }],
    ['timeout', { timeout: '1' }],
    ['linger', { linger: Infinity }],
    ['replyTo', { replyTo: 'a/+' }],
    ['replyTo', { replyTo: '$SYS/a' }],
    ['replyTo', { replyTo: '' }],
    ['convention', { convention: 'xml' }],
  ])('refuses a wrong %s at once', (path, options) => {
    const { mqtt } = asking();

    expect(() => mqtt.request('a', '', options as object)).toThrow(InvalidOptionsError);
    expect(() => mqtt.request('a', '', options as object)).toThrow(path);
  });
});
