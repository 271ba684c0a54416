import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createTestConnection } from '../testing/index.js';
import { diagnosticsChannel } from './diagnostics.js';

type Received = readonly [name: string, message: unknown];

function listen(...names: readonly string[]): { readonly received: Received[]; stop(): void } {
  const received: Received[] = [];
  const offs = names.map((name) => {
    const listener = (message: unknown): void => void received.push([name, message]);
    subscribe(name, listener);
    return () => unsubscribe(name, listener);
  });
  return {
    received,
    stop: () => {
      for (const off of offs) off();
    },
  };
}

describe('the diagnostics channels', () => {
  it('tell what happens to a connection, and whose it is', () => {
    const { received, stop } = listen(
      'rxmqtt:state',
      'rxmqtt:attempt-failed',
      'rxmqtt:lost',
      'rxmqtt:drop',
      'rxmqtt:warning',
      'rxmqtt:congestion',
    );
    const test = createTestConnection({ reconnect: { initialDelay: 10, jitter: 'none' } });
    const { connection } = test;
    void connection.open();
    test.wire.connack({ reasonCode: 0x88 });
    test.clock.advance(10);
    test.wire.connack();
    test.wire.message({ topic: 'nobody' });
    test.wire.cut();
    stop();
    connection.close().catch(() => undefined);
    const of = (name: string): unknown[] => received.filter(([each]) => each === name).map(([, message]) => message);
    expect(received.map(([name]) => name)).toEqual([
      'rxmqtt:state', 'rxmqtt:attempt-failed', 'rxmqtt:state', 'rxmqtt:state', 'rxmqtt:state', 'rxmqtt:drop', 'rxmqtt:lost', 'rxmqtt:state',
    ]); // prettier-ignore
    expect(of('rxmqtt:attempt-failed')).toEqual([
      { connection, event: expect.objectContaining({ attempt: 1, by: 'server' }) },
    ]);
    expect(of('rxmqtt:drop')).toEqual([
      { connection, event: expect.objectContaining({ topic: 'nobody', reason: 'unobserved' }) },
    ]);
    expect(of('rxmqtt:lost')).toEqual([{ connection, event: expect.objectContaining({ by: 'network' }) }]);
  });

  it('publish nothing while nobody listens', () => {
    const publish = jest.spyOn(diagnosticsChannel('state')!, 'publish');
    const test = createTestConnection();
    void test.connection.open();
    test.wire.connack();
    expect(publish).not.toHaveBeenCalled();
    publish.mockRestore();
  });

  it('do not exist where there is no Node', () => {
    const { process } = globalThis;
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- a copy that looks anew
      const copy = require('./diagnostics.js') as { diagnosticsChannel: typeof diagnosticsChannel };
      try {
        Object.assign(globalThis, { process: undefined });
        expect(copy.diagnosticsChannel('state')).toBeUndefined();
      } finally {
        Object.assign(globalThis, { process });
      }
    });
  });
});
