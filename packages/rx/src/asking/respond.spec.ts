import { InvalidTopicError, type Payload } from '@rxmqtt/core';
import { NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';
import { asking, hear, promises } from '../../test/asked.js';
import { json } from '../codecs/json.js';
import { RemoteError } from './remote-error.js';
import type { HandlerResult, ReceivedRequest, RespondOptions, RespondStatus } from './respond-options.js';

const correlationData = new Uint8Array([7]);

/** A responder that is ready, and how to ask it. */
function responder(
  handler: (request: ReceivedRequest<'calc/{op}'>) => HandlerResult<Payload>,
  options: RespondOptions = {},
  connection: object = {},
) {
  const script = asking(connection);
  const heard = hear(script.mqtt.respond('calc/{op}', handler, options));
  script.serve();
  let packetId = 100;
  return {
    ...script,
    heard,
    /** Statuses without what is asked. */
    statuses: () => heard.values.map((status) => (status.status === 'ignored' ? status.reason : status.status)),
    ask: (payload: string, properties: object = { responseTopic: 'back', correlationData }, more: object = {}) => {
      script.server.wire.message({ topic: 'calc/add', payload, qos: 1, packetId: ++packetId, properties, ...more });
    },
    /** The server acknowledges all replies. */
    acknowledgeReplies: () => {
      for (const { packetId: id } of script.published()) script.server.wire.acknowledge(4, id);
    },
    acks: () => script.server.wire.sent.filter((packet) => packet.type === 'ack').map((packet) => packet.packetId),
  };
}

describe('respond', () => {
  it('answers where it is told, with the correlation data of the request', async () => {
    const { ask, published, heard, acknowledgeReplies } = responder(
      ({ params, payload }) => `${params.op} ${String(payload.length)}`,
    );
    ask('1+2');
    await promises();

    expect(published()).toMatchObject([
      { topic: 'back', payload: 'add 3', qos: 1, retain: false, properties: { correlationData } },
    ]);
    expect(heard.values).toEqual([]);
    acknowledgeReplies();
    await promises();
    expect(heard.values).toMatchObject([
      { status: 'answered', replies: 1, request: { topic: 'calc/add', params: { op: 'add' }, replyTo: 'back' } },
    ]);
  });

  it('acknowledges the request when its reply is acknowledged, and not before', async () => {
    const { ask, acks, acknowledgeReplies } = responder(() => 'x');
    ask('1');
    await promises();
    expect(acks()).toEqual([]);

    acknowledgeReplies();
    await promises();

    expect(acks()).toEqual([101]);
  });

  it('decodes and encodes', async () => {
    const { mqtt, serve, server, published } = asking();
    const values: number[] = [];
    hear(
      mqtt.respond(
        'add',
        ({ value }) => {
          values.push(value.a);
          return { sum: value.a + value.b };
        },
        { codec: json<{ a: number; b: number }>(), replyCodec: json<{ sum: number }>() },
      ),
    );
    serve();
    server.wire.message({ topic: 'add', payload: '{"a":1,"b":2}', properties: { responseTopic: 'back' } });
    await promises();

    expect(values).toEqual([1]);
    expect(published()).toMatchObject([{ payload: '{"sum":3}', properties: { contentType: 'application/json' } }]);
  });

  it('is cold: subscribes at the broker when it is subscribed, and leaves it', () => {
    const { mqtt, server, serve, filters } = asking();
    const statuses$ = mqtt.respond('a/{x}', () => '', { group: 'workers', qos: 2 });
    expect(server.wires).toHaveLength(0);
    const heard = hear(statuses$);
    serve();
    heard.leave();

    expect(filters()).toEqual(['$share/workers/a/+', '-$share/workers/a/+']);
  });

  it.each([
    ['a value', () => 'x'],
    ['a promise', () => Promise.resolve('x')],
    ['nothing', () => undefined as unknown as string],
  ])('answers with %s', async (_, handler) => {
    const { ask, published } = responder(handler);
    ask('');
    await promises();

    expect(published()).toMatchObject([{ payload: expect.stringMatching(/^x?$/) }]);
    expect(published()[0]?.properties).not.toHaveProperty('userProperties');
  });

  it.each([
    ['an Observable', () => of('1', '2', '3')],
    [
      'an async iterable',
      async function* () {
        yield '1';
        yield '2';
        yield '3';
      },
    ],
  ])('answers with all values of %s, and says when that was the last', async (_, handler) => {
    const { ask, published, acknowledgeReplies, heard } = responder(handler);
    ask('');
    await promises();
    acknowledgeReplies();
    await promises();
    acknowledgeReplies();
    await promises();

    expect(published().map(({ payload, properties }) => [payload, properties?.userProperties])).toEqual([
      ['1', undefined],
      ['2', undefined],
      ['3', undefined],
      ['', [['rxmqtt-end', '']]],
    ]);
    expect(heard.values).toMatchObject([{ status: 'answered', replies: 3 }]);
  });

  it('pulls an async iterable no faster than its values are acknowledged', async () => {
    let pulled = 0;
    const { ask } = responder(async function* () {
      for (;;) {
        pulled++;
        yield 'x';
      }
    });
    ask('');
    await promises();
    await promises();

    expect(pulled).toBeLessThanOrEqual(17);
  });

  it('handles so many at once; the others wait', async () => {
    const gates: Subject<string>[] = [];
    const { ask, acks, acknowledgeReplies } = responder(
      () => {
        const gate$ = new Subject<string>();
        gates.push(gate$);
        return gate$;
      },
      { concurrency: 2 },
    );
    for (const payload of ['1', '2', '3', '4']) ask(payload);
    expect(gates).toHaveLength(2);

    gates[0]!.next('x');
    gates[0]!.complete();
    for (let i = 0; i < 3; i++) {
      await promises();
      acknowledgeReplies();
    }
    await promises();

    expect(gates).toHaveLength(3);
    expect(acks()).toEqual([101]);
  });

  describe('tells the requester', () => {
    const sent = async (handler: () => string | Promise<string> | Observable<string>, options: RespondOptions = {}) => {
      const { ask, published, heard, acknowledgeReplies } = responder(handler, options);
      ask('');
      await promises();
      acknowledgeReplies();
      await promises();
      acknowledgeReplies();
      await promises();
      return { user: published().map(({ payload, properties }) => properties?.userProperties ?? payload), heard };
    };
    const notFound = [
      ['rxmqtt-error', 'NOT_FOUND'],
      ['rxmqtt-error-message', 'no such thing'],
    ];
    const secret = [
      ['rxmqtt-error', 'INTERNAL'],
      ['rxmqtt-error-message', ''],
    ];
    const fail = (error: unknown) => (): never => {
      throw error;
    };

    it('of a RemoteError, its code and its message', async () => {
      const error = new RemoteError('NOT_FOUND', 'no such thing');
      const { user, heard } = await sent(fail(error));

      expect(user).toEqual([notFound]);
      expect(heard.values).toMatchObject([{ status: 'failed', error, request: { topic: 'calc/add' } }]);
      await expect(sent(() => Promise.reject(error))).resolves.toMatchObject({ user: [notFound] });
      await expect(sent(() => throwError(() => error))).resolves.toMatchObject({ user: [notFound] });
      await expect(
        sent(() =>
          concat(
            of('1'),
            throwError(() => error),
          ),
        ),
      ).resolves.toMatchObject({ user: ['1', notFound] });
    });

    it('of any other error, nothing of it', async () => {
      const error = new Error('the password is swordfish');
      const { user, heard } = await sent(fail(error));

      expect(user).toEqual([secret]);
      expect(heard.values).toMatchObject([{ status: 'failed', error }]);
    });

    it('what describeError makes of it', async () => {
      const describeError = (): RemoteError => new RemoteError('NOT_FOUND', 'no such thing');
      expect((await sent(fail(7), { describeError })).user).toEqual([notFound]);
      expect((await sent(fail(7), { describeError: fail(8) })).user).toEqual([secret]);
    });

    it('of an answer that is none', async () => {
      const { user, heard } = await sent(() => 7 as unknown as string);

      expect(user).toEqual([secret]);
      expect(heard.values).toMatchObject([
        { status: 'failed', error: { message: expect.stringContaining('replyCodec') } },
      ]);
    });

    it('of a request that cannot be decoded', async () => {
      const { mqtt, serve, server, published } = asking();
      const heard = hear(mqtt.respond('a', () => '', { codec: json() }));
      serve();
      server.wire.message({ topic: 'a', payload: '{', properties: { responseTopic: 'back' } });
      await promises();
      server.wire.acknowledge(4, published()[0]!.packetId);
      await promises();

      expect(published()[0]?.properties?.userProperties).toEqual([
        ['rxmqtt-error', 'BAD_REQUEST'],
        ['rxmqtt-error-message', 'the message on "a" is not JSON'],
      ]);
      expect(heard.values).toMatchObject([
        { status: 'failed', request: undefined, error: { code: 'ERR_MQTT_DECODE' } },
      ]);
    });
  });

  it('tells of a reply that was not delivered, and goes on', async () => {
    const { ask, server, published, heard, acks } = responder(() => 'x');
    ask('1');
    ask('2');
    await promises();
    server.wire.acknowledge(4, published()[0]!.packetId, 0x87);
    server.wire.acknowledge(4, published()[1]!.packetId);
    await promises();

    expect(heard.values).toMatchObject([{ status: 'failed', error: { reasonCode: 0x87 } }, { status: 'answered' }]);
    expect(acks()).toEqual([101, 102]);
    expect(published()).toHaveLength(2);
  });

  describe('serves nobody', () => {
    it.each([
      ['who names no reply topic', {}, {}, 'noReplyTopic'],
      ['who names a wildcard', { responseTopic: '#' }, {}, 'replyTopicRefused'],
      ['who names a topic of the server', { responseTopic: '$SYS/broker' }, {}, 'replyTopicRefused'],
      ['who names a group', { responseTopic: '$share/a/b' }, {}, 'replyTopicRefused'],
      ['who asked before it was there', { responseTopic: 'back' }, { retain: true }, 'retained'],
    ])('%s', async (_, properties, more, reason) => {
      const handler = jest.fn(() => 'x');
      const { ask, statuses, published, acks } = responder(handler);
      ask('', properties, more);
      await promises();

      expect(statuses()).toEqual([reason]);
      expect(handler).not.toHaveBeenCalled();
      expect(published()).toEqual([]);
      expect(acks()).toEqual([101]);
    });

    it('whose reply topic is not on the list, if there is one', async () => {
      const { ask, statuses, published, acknowledgeReplies } = responder(() => 'x', {
        allow: ['replies/+', '$internal/#'],
      });
      for (const responseTopic of ['plant/1/stop', 'replies/7', 'replies/7/8', '$internal/a'])
        ask('', { responseTopic });
      await promises();
      acknowledgeReplies();
      await promises();

      expect(published().map(({ topic }) => topic)).toEqual(['replies/7', '$internal/a']);
      expect(statuses().sort()).toEqual(['answered', 'answered', 'replyTopicRefused', 'replyTopicRefused']);
    });
  });

  it('never answers retained, whatever the defaults of the connection say', async () => {
    const { ask, published } = responder(() => 'x', {}, { publishDefaults: { '#': { retain: true } } });
    ask('');
    await promises();

    expect(published()).toMatchObject([{ retain: false }]);
  });

  it('goes on through reconnects: a reply that was not acknowledged is sent again', async () => {
    const { ask, server, published, heard } = responder(() => 'x');
    ask('');
    await promises();
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack({ sessionPresent: true });
    server.wire.acknowledge(4, published()[1]!.packetId);
    await promises();

    expect(heard.values).toMatchObject([{ status: 'answered' }]);
  });

  it('completes with the connection, and errors with its failure or a refusal', async () => {
    const { heard, mqtt } = responder(() => 'x');
    await mqtt.close();
    expect(heard.completed).toBe(true);
    expect(hear(mqtt.respond('a', () => '')).error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });

    const refused = asking();
    const other = hear(refused.mqtt.respond('a', () => ''));
    refused.server.wire.connack();
    refused.server.clock.advance();
    refused.server.wire.suback(undefined, [0x87]);
    expect(other.error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED' });

    const failed = asking();
    const third = hear(failed.mqtt.respond('a', () => ''));
    failed.server.wire.connack({ reasonCode: 0x8a });
    expect(third.error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });
    expect(hear(failed.mqtt.respond('a', () => '')).error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });
  });

  it('unsubscribing aborts the signal of handlers, and leaves the Observables that still answer', async () => {
    const left = jest.fn();
    let signal: AbortSignal | undefined;
    const { ask, heard } = responder((request) => {
      signal = request.signal;
      return new Observable<string>(() => left);
    });
    ask('');
    await promises();
    heard.leave();
    await promises();

    expect(signal?.aborted).toBe(true);
    expect(left).toHaveBeenCalledTimes(1);
  });

  describe('whose answer is cut', () => {
    const stopped = [
      ['rxmqtt-error', 'STOPPED'],
      ['rxmqtt-error-message', 'the responder has left before the answer was complete'],
    ];
    const told = (published: readonly { payload: unknown; properties?: object | undefined }[]) =>
      published.map(({ payload, properties = {} }) =>
        'userProperties' in properties ? properties.userProperties : payload,
      );

    it.each<readonly [string, () => HandlerResult<string>]>([
      ['an Observable', () => concat(of('1'), NEVER)],
      [
        'an async iterable',
        async function* () {
          yield '1';
          await new Promise(() => undefined);
        },
      ],
    ])('by unsubscribing says so, and not that it was the last: %s', async (_, handler) => {
      const { ask, heard, published, acknowledgeReplies } = responder(handler);
      ask('');
      await promises();
      acknowledgeReplies();
      await promises();
      heard.leave();
      await promises();

      expect(told(published())).toEqual(['1', stopped]);
    });

    it('before it has begun, too: by a handler that leaves', async () => {
      const begun = jest.fn();
      const { ask, heard, published } = responder(() => {
        heard.leave();
        return new Observable<string>(begun);
      });
      ask('');
      await promises();

      expect(told(published())).toEqual([stopped]);
      expect(begun).not.toHaveBeenCalled();
    });

    it.each<readonly [string, (answers: Subject<string>) => void]>([
      [
        'completes',
        (answers) => {
          answers.complete();
        },
      ],
      [
        'errors',
        (answers) => {
          answers.error(new Error('aborted'));
        },
      ],
    ])('by a handler that %s when it is told to stop, too', async (_, stop) => {
      const { ask, heard, published } = responder(({ signal }) => {
        const answers = new Subject<string>();
        signal.addEventListener('abort', () => {
          stop(answers);
        });
        return concat(of('1'), answers);
      });
      ask('');
      await promises();
      heard.leave();
      await promises();

      expect(told(published())).toEqual(['1', stopped]);
    });

    it('is not what is complete, and waits for its acknowledgement', async () => {
      const { ask, heard, published, acknowledgeReplies } = responder(() => of('1'));
      ask('');
      await promises();
      heard.leave();
      acknowledgeReplies();
      await promises();

      expect(told(published())).toEqual(['1', [['rxmqtt-end', '']]]);
    });

    it('says so whatever describeError makes of the errors of handlers, which is not asked', async () => {
      const describeError = jest.fn(() => new RemoteError('OTHER', ''));
      const { ask, heard, published, acknowledgeReplies } = responder(() => concat(of('1'), NEVER), { describeError });
      ask('');
      await promises();
      acknowledgeReplies();
      heard.leave();
      await promises();

      expect(told(published())).toEqual(['1', stopped]);
      expect(describeError).not.toHaveBeenCalled();
    });

    it('is an error to whoever asks', async () => {
      const asker = asking();
      const replies = hear(asker.mqtt.requestMany('calc/add', '', { until: { sentinel: true }, linger: 1 }));
      asker.serve();
      const { ask, heard, published } = responder(() => concat(of('1'), NEVER));
      ask('');
      await promises();
      heard.leave();
      await promises();
      const [request] = asker.requests();
      for (const { payload, properties = {} } of published()) {
        const { userProperties = [] } = properties;
        asker.reply(request!, payload, { userProperties });
      }

      expect(replies).toMatchObject({ completed: false, error: { code: 'ERR_MQTT_REMOTE', remoteCode: 'STOPPED' } });
      expect(replies.values).toHaveLength(1);
    });
  });

  it('lets a consumer that has seen enough leave in the middle', async () => {
    const { mqtt, serve, server, published } = asking();
    const statuses: RespondStatus[] = [];
    const subscription = mqtt
      .respond('a', () => 'x')
      .subscribe((status) => {
        statuses.push(status);
        subscription.unsubscribe();
      });
    serve();
    for (let i = 0; i < 3; i++) server.wire.message({ topic: 'a', properties: { responseTopic: 'back' } });
    await promises();
    for (const { packetId } of published()) server.wire.acknowledge(4, packetId);
    await promises();

    expect(statuses).toHaveLength(1);
  });

  it('may answer by asking others', async () => {
    const { ask, published, reply, mqtt, serve } = responder(
      () =>
        new Observable<string>((subscriber) =>
          mqtt.request('other', 'q', { timeout: Infinity }).subscribe({
            next: ({ payload }) => {
              subscriber.next(new TextDecoder().decode(payload));
              subscriber.complete();
            },
            error: (error) => {
              subscriber.error(error);
            },
          }),
        ),
    );
    ask('');
    await promises();
    serve();
    const [asked] = published();
    expect(asked).toMatchObject({ topic: 'other' });
    reply(asked!, 'answer');
    await promises();
    expect(published()[1]).toMatchObject({ topic: 'back', payload: 'answer' });
    await mqtt.close();
  });

  it('leaves requests alone that nobody answers for a long time', async () => {
    const { ask, acks, published } = responder(() => NEVER);
    ask('');
    await promises();

    expect([acks(), published()]).toEqual([[], []]);
  });

  describe('on MQTT 3.1.1', () => {
    const request = (fields: object): string =>
      JSON.stringify({ rxmqtt: 'request', id: 'id-7', replyTo: 'back', ...fields });

    it('answers with a JSON text of the same kind', async () => {
      const { ask, published, heard, acknowledgeReplies } = responder(
        ({ payload }) => {
          if (payload.length === 0) throw new RemoteError('EMPTY', 'nothing to add');
          return new Uint8Array([payload.length]);
        },
        {},
        { protocolVersion: 4 },
      );
      ask(request({ text: '1+2' }), {});
      ask(request({}), {});
      await promises();
      acknowledgeReplies();
      await promises();

      const replies = published().map(({ topic, payload }) => [topic, JSON.parse(String(payload)) as unknown]);
      expect(replies).toContainEqual(['back', { rxmqtt: 'reply', id: 'id-7', data: 'Aw==' }]);
      expect(replies).toContainEqual([
        'back',
        { rxmqtt: 'error', id: 'id-7', code: 'EMPTY', message: 'nothing to add' },
      ]);
      expect(heard.values.map(({ status }) => status).sort()).toEqual(['answered', 'failed']);
    });

    it('says which was the last', async () => {
      const { ask, published, acknowledgeReplies } = responder(() => of('1'), {}, { protocolVersion: 4 });
      ask(request({}), {});
      await promises();
      acknowledgeReplies();
      await promises();

      expect(JSON.parse(String(published()[1]?.payload))).toEqual({ rxmqtt: 'end', id: 'id-7' });
    });

    it('checks the reply topic as well', () => {
      const { ask, statuses } = responder(() => 'x', {}, { protocolVersion: 4 });
      ask(request({ replyTo: '$SYS/a' }), {});

      expect(statuses()).toEqual(['replyTopicRefused']);
    });
  });

  it('refuses bad filters at once', () => {
    const { mqtt } = asking();

    expect(() => mqtt.respond('a/#/b', () => '')).toThrow(InvalidTopicError);
    expect(() => mqtt.respond('a', () => '', { allow: 'a/#/b' })).toThrow(InvalidTopicError);
  });
});
