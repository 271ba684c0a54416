import * as api from '@opentelemetry/api';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { traceContext, traceContextOf } from './trace-context.js';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const KEY = api.createContextKey('trace');

/** What an SDK would register: a context that is set by hand, and the format of W3C. */
class Contexts implements api.ContextManager {
  #active = api.ROOT_CONTEXT;

  active(): api.Context {
    return this.#active;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: api.Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const before = this.#active;
    this.#active = context;
    try {
      return run.apply(self, args);
    } finally {
      this.#active = before;
    }
  }

  bind<T>(_: api.Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

const propagator: api.TextMapPropagator = {
  inject(context, carrier, setter) {
    const trace = context.getValue(KEY) as string | undefined;
    if (trace === undefined) return;
    setter.set(carrier, 'traceparent', trace);
    setter.set(carrier, 'tracestate', 'vendor=1');
  },
  extract(context, carrier, getter) {
    const trace = getter.get(carrier, 'traceparent');
    return typeof trace === 'string' ? context.setValue(KEY, trace) : context;
  },
  fields: () => ['traceparent', 'tracestate'],
};

function opened(options: ConnectionOptions = {}): TestConnection {
  const test = createTestConnection(options);
  void test.connection.open();
  test.wire.connack();
  return test;
}

const inTrace = (run: () => void): void => {
  api.context.with(api.context.active().setValue(KEY, TRACE), run);
};

describe.each<[string, () => ReturnType<typeof traceContext>]>([
  ['with the API given', () => traceContext({ api })],
  ['with what is registered', () => traceContext()],
])('traceContext %s', (_, make) => {
  beforeEach(() => {
    api.context.setGlobalContextManager(new Contexts());
    api.propagation.setGlobalPropagator(propagator);
  });

  afterEach(() => {
    api.context.disable();
    api.propagation.disable();
  });

  it('puts the active trace behind the other user properties, in place of an older one', () => {
    const test = opened({ plugins: [make()] });
    inTrace(() => {
      test.connection.publish('t', 'x', {
        properties: {
          contentType: 'a/b',
          userProperties: [
            ['traceparent', 'old'],
            ['k', '1'],
            ['k', '2'],
          ],
        },
      });
    });
    expect(test.wire.sent).toMatchObject([
      { properties: { contentType: 'a/b', userProperties: [['k', '1'], ['k', '2'], ['traceparent', TRACE], ['tracestate', 'vendor=1']] } },
    ]); // prettier-ignore
  });

  it('changes nothing where there is no trace', () => {
    const test = opened({ plugins: [make()] });
    test.connection.publish('t', 'x');
    expect(test.wire.sent).toMatchObject([{ properties: undefined }]);
  });

  it('runs observers in the context that came with the message', () => {
    const test = opened({ plugins: [make()] });
    const seen: unknown[] = [];
    test.connection.subscribe('#', {}, (message) => {
      seen.push([
        message.topic,
        api.context.active().getValue(KEY),
        (traceContextOf(message, api) as api.Context).getValue(KEY),
      ]);
    });
    test.clock.advance();
    test.wire.message({ topic: 'with', properties: { userProperties: [['TraceParent', TRACE]] } });
    test.wire.message({ topic: 'without' });
    test.wire.message({
      topic: 'forged',
      properties: {
        userProperties: [
          ['traceparent', 'a'],
          ['traceparent', TRACE],
        ],
      },
    });
    expect(seen).toEqual([
      ['with', TRACE, TRACE],
      ['without', undefined, undefined],
      ['forged', undefined, undefined],
    ]);
  });

  it('does nothing on MQTT 3.x', () => {
    const test = opened({ plugins: [make()], protocolVersion: 4 });
    inTrace(() => {
      test.connection.publish('t', 'x');
    });
    expect(test.wire.sent).toMatchObject([{ properties: undefined }]);
  });
});

it('traceContext without OpenTelemetry does nothing', () => {
  const test = opened({ plugins: [traceContext()] });
  test.connection.publish('t', 'x');
  test.connection.subscribe('t', {}, () => undefined);
  test.clock.advance();
  test.wire.message({ topic: 't', properties: { userProperties: [['traceparent', TRACE]] } });
  expect(test.wire.sent[0]).toMatchObject({ properties: undefined });
});
