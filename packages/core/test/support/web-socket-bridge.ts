import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { cleanup } from './globals.js';
import type { Identity } from './certificates.js';

/** What the bridge is to do instead of what it does. */
export interface BridgeOptions {
  readonly identity?: Identity;
  /** Instead of a port. */
  readonly socketPath?: string;
  /** Answers the handshake with this status. */
  readonly status?: number;
  /** The subprotocol to choose; the first one offered if there is none. */
  readonly subprotocol?: string;
}

/** A WebSocket server in front of an MQTT server's TCP port: byte for byte. It keeps the requests that it got. */
export class WebSocketBridge {
  readonly requests: IncomingMessage[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(
    target: number,
    { identity, socketPath, status, subprotocol }: BridgeOptions = {},
  ): Promise<WebSocketBridge> {
    const server =
      identity === undefined ? createServer() : createSecureServer({ cert: identity.cert, key: identity.key });
    const bridge = new WebSocketBridge(server);
    const sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      handleProtocols: (offered) => subprotocol ?? [...offered][0] ?? false,
    });
    server.on('upgrade', (request, socket, head) => {
      bridge.requests.push(request);
      socket.on('error', () => undefined);
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${String(status)} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const stream = createWebSocketStream(webSocket);
        const tcp = connect(target, '127.0.0.1');
        for (const side of [stream, tcp]) side.on('error', () => undefined);
        stream.on('close', () => tcp.destroy());
        tcp.on('close', () => {
          webSocket.close();
        });
        stream.pipe(tcp).pipe(stream);
      });
    });
    await new Promise<void>((resolve) => {
      if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
      else server.listen(socketPath, resolve);
    });
    cleanup(
      () =>
        new Promise<void>((resolve) => {
          for (const client of sockets.clients) client.terminate();
          server.close(() => {
            resolve();
          });
          server.closeAllConnections();
        }),
    );
    return bridge;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
}
