import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Endpoint } from '../../options/endpoint.js';

/** Where bytes are to go. */
export type Destination = Pick<Endpoint, 'host' | 'port' | 'socketPath'>;

/** A socket that is connected. Destroyed when it takes too long. */
export function connected(options: NetConnectOpts, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect(options);
  return settled(socket, 'connect', signal);
}

/** Waits for a socket to get so far; if it does not, it is destroyed. */
export function settled<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.off(event, done);
      socket.off('error', fail);
      socket.off('close', hungUp);
      signal.removeEventListener('abort', abort);
    };
    const done = (): void => {
      stop();
      resolve(socket);
    };
    const fail = (error: Error): void => {
      stop();
      // What still comes of it, nobody wants to know.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const hungUp = (): void => {
      fail(new Error('the other side hung up'));
    };
    const abort = (): void => {
      fail(signal.reason as Error);
    };
    socket.once(event, done);
    socket.once('error', fail);
    socket.once('close', hungUp);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
