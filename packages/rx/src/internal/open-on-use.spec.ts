import type { ConnectionState } from '@rxmqtt/core';
import { type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { openOnUse } from './open-on-use.js';

/** How to get to each state. */
const paths: Readonly<Record<ConnectionState['type'], (server: TestConnection) => void>> = {
  idle: () => {},
  connecting: open,
  connected: connect,
  reconnecting: (server) => {
    connect(server);
    server.wire.cut();
  },
  draining: (server) => {
    connect(server);
    server.connection.publish('a', '', { qos: 1 });
    void server.connection.drain();
  },
  closed: ({ connection }) => {
    void connection.close();
  },
  failed: (server) => {
    open(server);
    server.wire.connack({ reasonCode: 0x87 });
  },
};

function open({ connection }: TestConnection): void {
  connection.open().catch(() => undefined);
}

function connect(server: TestConnection): void {
  open(server);
  server.wire.connack();
}

describe('openOnUse', () => {
  it('opens a connection that nobody has opened', () => {
    const { connection, wires } = createTestConnection();

    openOnUse(connection);

    expect(connection.state.type).toBe('connecting');
    expect(wires).toHaveLength(1);
  });

  it.each(Object.entries(paths).filter(([state]) => state !== 'idle'))('leaves one alone that is %s', (state, path) => {
    const server = createTestConnection();
    path(server);
    const opened = jest.spyOn(server.connection, 'open');

    openOnUse(server.connection);

    expect(opened).not.toHaveBeenCalled();
    expect(server.connection.state.type).toBe(state);
  });

  it('leaves it to the state to say why the connection failed', async () => {
    const server = createTestConnection();
    openOnUse(server.connection);

    // A rejection that nobody handles would end this process.
    server.wire.connack({ reasonCode: 0x87 });
    await server.connection.closed;

    expect(server.connection.state.type).toBe('failed');
  });
});
