import { KeepaliveTimeoutError, ProtocolError, ServerDisconnectError } from '../errors/connection-errors.js';
import { originalCause } from '../errors/hide-secrets.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

const HERE = 'mqtt://test.invalid:1883';

function opened(): TestConnection {
  const test = createTestConnection({ protocolVersion: 5, reconnect: { initialDelay: 100, jitter: 'none' } });
  test.connection.open().catch(() => {});
  return test;
}

describe('a CONNECT that is refused', () => {
  /** All that CONNACK may say. [MQTT 5, 3.2.2.2] */
  const CODES: readonly (readonly [code: number, transient: boolean])[] = [
    [0x80, true],
    [0x81, false],
    [0x82, false],
    [0x83, true],
    [0x84, false],
    [0x85, false],
    [0x86, false],
    [0x87, false],
    [0x88, true],
    [0x89, true],
    [0x8a, false],
    [0x8c, false],
    [0x90, false],
    [0x95, false],
    [0x97, true],
    [0x99, false],
    [0x9a, false],
    [0x9b, false],
    [0x9c, false],
    [0x9d, false],
    [0x9f, true],
  ];

  it.each(CODES)('with %d is tried again: %p', (reasonCode, transient) => {
    const test = opened();
    const failures: unknown[] = [];
    test.connection.on('attemptFailed', (event) => failures.push(event));
    test.wire.connack({ reasonCode, properties: { reasonString: 'because', serverReference: 'elsewhere' } });
    const error = {
      name: 'ConnectionRefusedError',
      reasonCode,
      reasonString: 'because',
      serverReference: 'elsewhere',
      retryable: transient,
    };
    expect(failures).toMatchObject([{ attempt: 1, by: 'server', error }]);
    expect(test.wire.ended).toBe('destroyed');
    expect(test.connection.state).toMatchObject({
      type: transient ? 'reconnecting' : 'failed',
      by: 'server',
      cause: error,
    });
    test.clock.advance(2_000);
    expect(test.wires.length).toBe(transient ? 2 : 1);
  });

  it('tells what waits that it will not be sent', () => {
    const test = opened();
    const publication = test.connection.publish('a', 'x', { qos: 1 });
    test.wire.connack({ reasonCode: 0x8a });
    expect(publication.outcome).toMatchObject({ error: { name: 'ClosedError', cause: { reasonCode: 0x8a } } });
  });
});

describe('a connection that is lost', () => {
  const cases: readonly (readonly [
    what: string,
    error: MqttError,
    by: 'server' | 'client' | 'keepalive',
    again: boolean,
  ])[] = [
    ['shut down', new ServerDisconnectError(HERE, 0x8b), 'server', true],
    ['ended normally', new ServerDisconnectError(HERE, 0x00), 'server', true],
    ['taken over', new ServerDisconnectError(HERE, 0x8e), 'server', false],
    ['moved', new ServerDisconnectError(HERE, 0x9d, { serverReference: 'elsewhere' }), 'server', false],
    ['ended by an administrator', new ServerDisconnectError(HERE, 0x98), 'server', true],
    ['ended for our protocol error', new ServerDisconnectError(HERE, 0x82), 'server', true],
    ['ended for theirs', new ProtocolError(0x81, 'nonsense'), 'client', true],
    ['dead', new KeepaliveTimeoutError(HERE, 60), 'keepalive', true],
  ];

  it.each(cases)('because it was %s is made again as the error says', (_, error, by, again) => {
    const test = opened();
    const lost: unknown[] = [];
    test.connection.on('lost', (event) => lost.push(event));
    test.wire.connack();
    test.wire.cut(error, by);
    expect(lost).toEqual([{ error, by }]);
    expect(test.connection.state).toEqual(
      again
        ? { type: 'reconnecting', attempt: expect.any(Number), delay: 100, cause: error, by }
        : { type: 'failed', cause: error, by },
    );
    test.clock.advance(10_000);
    expect(test.wires).toHaveLength(again ? 2 : 1);
  });

  it('is not stormed by a server that accepts and hangs up: delays grow, and start again only after a stable time', () => {
    const test = opened();
    const delays: number[] = [];
    test.connection.on('state', (state) => {
      if (state.type === 'reconnecting') delays.push(state.delay);
    });
    const cycle = (lasted: number): void => {
      test.wire.connack();
      test.clock.advance(lasted);
      test.wire.cut();
      test.clock.advance(delays.at(-1));
    };
    for (const lasted of [0, 10, 4_999, 5_000, 0]) cycle(lasted);
    expect(delays).toEqual([100, 200, 400, 100, 200]);
  });

  it('is not stormed by two clients of one name either, where the server hangs up without a reason', () => {
    // decisions.md: two closes without a reason before `resetAfter` mean a floor of 5 s, since Mosquitto sends no 0x8E.
    const test = opened();
    const delays: number[] = [];
    test.connection.on('state', (state) => {
      if (state.type === 'reconnecting') delays.push(state.delay);
    });
    for (let i = 0; i < 3; i++) {
      test.wire.connack();
      test.clock.advance(50);
      test.wire.cut(undefined, 'server');
      test.clock.advance(delays.at(-1));
    }
    expect(delays[0]).toBe(100);
    expect(delays[2]).toBeGreaterThanOrEqual(5_000);
  });
});

describe('reconnect.shouldRetry', () => {
  it('sees every error, and decides', () => {
    const asked: string[] = [];
    const test = createTestConnection({
      reconnect: {
        initialDelay: 1,
        shouldRetry: (error) => {
          asked.push(error.name);
          return asked.length < 3;
        },
      },
    });
    test.connection.open().catch(() => {});
    test.wire.connack({ reasonCode: 0x8a });
    test.clock.advance(1);
    test.wire.connack();
    test.wire.cut();
    test.clock.advance(10);
    test.wire.cut();
    expect(asked).toEqual(['ConnectionRefusedError', 'NetworkError', 'NetworkError']);
    expect(test.connection.state.type).toBe('failed');
  });

  it('that throws harms nobody: the error decides itself, and there is a warning', () => {
    const thrown = new Error('thrown by shouldRetry');
    const test = createTestConnection({
      reconnect: {
        initialDelay: 1,
        shouldRetry: () => {
          throw thrown;
        },
      },
    });
    const warnings: unknown[] = [];
    test.connection.on('warning', ({ error }) => warnings.push(error));
    test.connection.open().catch(() => {});
    expect(() => test.wire.cut()).not.toThrow();
    expect(test.connection.state.type).toBe('reconnecting');
    // What a function of the user throws is shown without what may be secret.
    expect(warnings.map(originalCause)).toEqual([thrown]);
  });
});
