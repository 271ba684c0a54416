import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { cleanup } from './globals.js';

/** What lies between a client and its broker. */
export interface ProxyOptions {
  /** Milliseconds that each byte takes, in each direction. Defaults to 0. */
  readonly delay?: number;
  /** Called for each connection that is made through the proxy; may answer with who wants to see what goes through it. */
  readonly onLink?: (link: Link) => Tap | undefined;
}

/** Sees the bytes of one connection, before they go on. */
export interface Tap {
  fromClient(chunk: Buffer): void;
  fromBroker(chunk: Buffer): void;
}

/** One connection through the proxy. */
export interface Link {
  /** Fulfils when it is gone. */
  readonly gone: Promise<void>;
  /** Ends it: with a reset, or politely; what is on its way is lost. */
  cut(how: 'reset' | 'end'): void;
}

/** A network that can be slow, and can break. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many connections there have been. */
  links = 0;

  constructor(target: number, { delay = 0, onLink }: ProxyOptions) {
    this.#server = createServer((near) => {
      this.links++;
      const far = connect(target, '127.0.0.1');
      const sockets = [near, far];
      const gone = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      const tap = onLink?.({
        gone: gone.then(() => undefined),
        cut: (how) => {
          for (const socket of sockets) {
            if (how === 'reset') socket.resetAndDestroy();
            else socket.destroySoon();
          }
        },
      });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        const pass = (action: () => void): void => {
          if (delay === 0) action();
          else setTimeout(action, delay);
        };
        from.on('data', (chunk) => {
          if (from === near) tap?.fromClient(chunk);
          else tap?.fromBroker(chunk);
          pass(() => {
            if (!to.destroyed && to.writable && !to.write(chunk)) from.pause();
          });
        });
        to.on('drain', () => from.resume());
        from.on('end', () => {
          pass(() => to.end());
        });
        from.on('error', () => undefined);
        from.once('close', () => {
          this.#sockets.delete(from);
          pass(() => to.destroy());
        });
      }
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

/** A listening proxy in front of a port, closed after the test. */
export async function startProxy(target: number, options: ProxyOptions = {}): Promise<Proxy> {
  const proxy = new Proxy(target, options);
  await proxy.listen();
  cleanup(() => proxy.close());
  return proxy;
}
