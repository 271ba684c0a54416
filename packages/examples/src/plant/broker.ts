import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

/** A broker in this process, which only this machine can reach. */
export interface EmbeddedBroker {
  /** `mqtt://127.0.0.1:…` */
  readonly url: string;
  /** `ws://127.0.0.1:…` */
  readonly webSocketUrl: string;
  close(): Promise<void>;
}

/** Starts a broker that listens for TCP and for WebSocket, on free ports. */
export async function startBroker(): Promise<EmbeddedBroker> {
  const aedes = await Aedes.createBroker();
  const tcp = createTcpServer((socket) => aedes.handle(socket));
  const http = createHttpServer();
  const webSocket = new WebSocketServer({ server: http });
  webSocket.on('connection', (socket, request) => aedes.handle(createWebSocketStream(socket), request));

  const tcpPort = await listen(tcp);
  const webSocketPort = await listen(http);
  return {
    url: `mqtt://127.0.0.1:${tcpPort}`,
    webSocketUrl: `ws://127.0.0.1:${webSocketPort}`,
    close: async () => {
      // The listeners first: nobody new gets in while the clients inside are sent away.
      const closed = [closeServer(tcp), closeServer(http)];
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      for (const socket of webSocket.clients) socket.terminate();
      await Promise.all(closed);
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
