import { ClosedError } from '../errors/connection-errors.js';
import { AbortedError } from '../errors/delivery-errors.js';
import type { Connection, ConnectionEnd } from './connection.js';
import type { Negotiated } from './negotiated.js';

/** What is looked at while waiting. */
export interface Opening extends Pick<Connection, 'negotiated' | 'on' | 'close'> {
  /** Whether there has been a connection at some time. */
  readonly wasConnected: boolean;
  /** How it has ended, if it has. */
  readonly end: ConnectionEnd | undefined;
  /** Those who wait; kept by `waitForOpen`. */
  readonly openers: Set<object>;
}

/**
 * Fulfils when there is a connection, and rejects when there will be none, or when the signal ends the wait. When that was
 * the last one to wait for a connection that was never made, it is closed.
 */
export function waitForOpen(connection: Opening, signal: AbortSignal | undefined): Promise<Negotiated> {
  const { openers } = connection;
  return new Promise((resolve, reject) => {
    const settle = (): boolean => {
      const { negotiated, end } = connection;
      if (negotiated !== undefined) resolve(negotiated);
      else if (end === undefined) return false;
      else reject(end.cause ?? new ClosedError('the connection is closed; create a new one'));
      return true;
    };
    if (settle()) return;
    const opener = {};
    openers.add(opener);
    const off = connection.on('state', () => {
      if (!settle()) return;
      stop();
      signal?.removeEventListener('abort', onAbort);
    });
    const stop = (): void => {
      off();
      openers.delete(opener);
    };
    const onAbort = (): void => {
      stop();
      reject(openingAborted(signal?.reason));
      if (!connection.wasConnected && openers.size === 0) void connection.close();
    };
    // A listener of the first attempt may have aborted it.
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The error for a caller that has lost interest. */
export function openingAborted(reason: unknown): AbortedError {
  return new AbortedError('opening the connection', reason, false);
}
