import { type Observable, mergeMap } from 'rxjs';
import { type AskingScript, asking, hear, promises } from '../test/asked.js';
import { type SourceCase, sourceCases } from '../test/operators/source-cases.js';
import * as rx from './index.js';

/** Everything that begins a stream with what a connection brings. */
const SOURCES: Readonly<Record<string, SourceCase>> = {
  clearRetained: {
    create: ({ mqtt }) => rx.clearRetained(mqtt, 'a/#'),
    cause: (script, i) => {
      const topic = `a/${String(i)}`;
      script.server.wire.message({ topic, payload: 'x', retain: true });
      // Not before it is published: what is found while another one is told waits for its turn.
      void Promise.resolve().then(() => {
        if (script.topics().includes(topic)) script.acknowledge(topic);
      });
    },
    gives: ['a/#'],
  },
  observe: {
    create: ({ mqtt }) => mqtt.observe('a/+'),
    cause: ({ server }, i) => {
      server.wire.message({ topic: `a/${String(i)}` });
    },
    gives: ['a/+'],
  },
  onReconnect: {
    create: ({ mqtt }) => rx.onReconnect(mqtt),
    cause: ({ server }) => {
      server.wire.cut();
      server.clock.advance(60_000);
      server.wire.connack();
    },
    neverErrors: true,
  },
  presences: {
    create: ({ mqtt }) => rx.presences(mqtt, 'a/{x}'),
    cause: ({ server }, i) => {
      server.wire.message({ topic: `a/${String(i)}`, payload: 'online' });
    },
    greeting: 1,
    gathers: true,
    gives: ['a/+'],
  },
  respond: {
    create: ({ mqtt }) => rx.respond(mqtt, 'a/{x}', () => ''),
    // A request without an address has its status at once.
    cause: ({ server }, i) => {
      server.wire.message({ topic: `a/${String(i)}` });
    },
    gives: ['a/+'],
  },
  'respond, whose answers are sent': {
    create: ({ mqtt }) => rx.respond(mqtt, 'a/{x}', () => '', { replyQos: 0 }),
    cause: ({ server }, i) => {
      server.wire.message({ topic: `a/${String(i)}`, properties: { responseTopic: 'back' } });
    },
    gives: ['a/+'],
  },
};

describe.each(Object.entries(SOURCES))('%s', (_name, source) => {
  sourceCases(source);
});

const mistake = new Error('mine');
const fail = (): never => {
  throw mistake;
};

/** A stream that has begun, and its first message. */
async function heardOf<T>(create: (script: AskingScript) => Observable<T>, message: object) {
  const script = asking();
  const heard = hear(create(script));
  script.serve();
  script.server.wire.message({ topic: 'a/1', payload: 'online', ...message });
  await promises();
  return { script, heard };
}

const address = { properties: { responseTopic: 'back' } };

describe('what a callback throws', () => {
  it.each([
    ['key', { key: fail }],
    ['isOnline', { isOnline: fail }],
  ])('errors presences, by %s, and leaves the broker', async (_name, options) => {
    const { script, heard } = await heardOf(({ mqtt }) => rx.presences(mqtt, 'a/{x}', options), {});
    expect(heard.error).toBe(mistake);
    expect(script.filters()).toEqual(['a/+', '-a/+']);
  });

  it('is the status of a request, by the handler of respond, and ends nothing', async () => {
    const { heard } = await heardOf(({ mqtt }) => rx.respond(mqtt, 'a/{x}', fail, { replyQos: 0 }), address);
    expect(heard).toMatchObject({ values: [{ status: 'failed', error: mistake }], error: undefined, completed: false });
  });

  it.each<readonly [string, rx.RespondOptions<never, never>]>([
    ['codec', { codec: { name: 'mine', decode: fail, encode: fail } }],
    ['replyCodec', { replyCodec: { name: 'mine', decode: fail, encode: fail } }],
    ['describeError', { describeError: fail }],
  ])('is the status of a request, by the %s of respond, and ends nothing', async (name, options) => {
    const handler = name === 'describeError' ? fail : () => '' as never;
    const { script, heard } = await heardOf(
      ({ mqtt }) => rx.respond(mqtt, 'a/{x}', handler, { ...options, replyQos: 0 }),
      address,
    );
    expect(heard).toMatchObject({ values: [{ status: 'failed' }], error: undefined, completed: false });
    expect(script.published()).toMatchObject([
      { properties: { userProperties: [['rxmqtt-error', expect.any(String)], expect.anything()] } },
    ]);
  });

  it('errors what is behind onReconnect, and lets go of the connection', () => {
    const script = asking();
    const heard = hear(rx.onReconnect(script.mqtt).pipe(mergeMap(fail)));
    script.serve();
    script.server.wire.cut();
    script.server.clock.advance(60_000);
    script.server.wire.connack();
    expect(heard.error).toBe(mistake);
  });
});
