import type { Connection } from '../connection/connection.js';
import { createConnection } from '../connection/create-connection.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { AbortedError, TimeoutError } from '../errors/delivery-errors.js';
import { LONGEST_DELAY, systemClock } from '../internal/clock.js';
import { OptionChecker } from '../options/option-checker.js';
import type { ServerOption } from '../options/server-options.js';
import type { OneShotOptions } from './one-shot-options.js';

const DEFAULT_TIMEOUT = 30_000;
/** Milliseconds for the goodbye. */
const GOODBYE = 1_000;

/**
 * Lends a connection to some work, within a bound, and leaves nothing behind: by default with a session of its own that ends
 * with it, and without a second attempt.
 */
export async function runOnce<T>(
  { what, sends }: { readonly what: string; readonly sends: boolean },
  server: ServerOption,
  options: OneShotOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { timeout = DEFAULT_TIMEOUT, signal, ...connectionOptions } = options;
  const check = new OptionChecker();
  check.number('timeout', timeout, DEFAULT_TIMEOUT, 1, LONGEST_DELAY);
  if (signal !== undefined) checkSignal(signal, check);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  if (signal?.aborted === true) throw new AbortedError(what, signal.reason, false);
  const connection = createConnection(server, {
    reconnect: false,
    session: { clean: true, expiry: 0 },
    ...connectionOptions,
  });
  const bound = limit(what, timeout, signal, sends);
  try {
    const result = await Promise.race([
      open(connection).then(() => work(connection)),
      bound.reached,
      ended(connection),
    ]);
    await connection.drain({ deadline: GOODBYE });
    return result;
  } finally {
    bound.lift();
    await connection.close();
  }
}

/** Options that are none, such as `null` in JavaScript, are told and not a TypeError. */
export function checkOneShot(options: unknown): void {
  const check = new OptionChecker();
  if (!check.object('', options)) throw new InvalidOptionsError(check.problems);
}

function checkSignal(signal: unknown, check: OptionChecker): void {
  if (typeof signal !== 'object' || signal === null || !('aborted' in signal && 'addEventListener' in signal)) {
    check.problem('signal', 'must be an AbortSignal');
  }
}

/** What is awaited twice must not reject unheard once. */
function open(connection: Connection): Promise<unknown> {
  const opened = connection.open();
  opened.catch(() => undefined);
  return opened;
}

/** Rejects when the connection fails while the work goes on. */
function ended(connection: Connection): Promise<never> {
  return new Promise((_, reject) => {
    void connection.closed.then(({ cause }) => {
      if (cause !== undefined) reject(cause);
    });
  });
}

function limit(
  what: string,
  timeout: number,
  signal: AbortSignal | undefined,
  sends: boolean,
): { readonly reached: Promise<never>; lift(): void } {
  let lift!: () => void;
  const reached = new Promise<never>((_, reject) => {
    const timer = systemClock.setTimeout(() => {
      reject(new TimeoutError(what, timeout, sends || undefined));
    }, timeout);
    const abort = (): void => {
      reject(new AbortedError(what, signal?.reason, sends));
    };
    signal?.addEventListener('abort', abort);
    lift = () => {
      systemClock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  return { reached, lift };
}
