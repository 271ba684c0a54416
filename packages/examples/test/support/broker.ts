import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';

/** A broker that can be killed, and come back on the same port. */
export interface TestBroker {
  readonly url: string;
  /** Drops every connection without a goodbye, forgets everything, and refuses new ones. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export async function startTestBroker(): Promise<TestBroker> {
  let running = await start(0);
  return {
    url: `mqtt://127.0.0.1:${running.port}`,
    kill: () => running.kill(),
    restart: async () => {
      running = await start(running.port);
    },
  };
}

async function start(port: number): Promise<{ readonly port: number; kill(): Promise<void> }> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    kill: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
    },
  };
}
