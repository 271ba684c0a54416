import type { AttemptContext } from '../options/network-options.js';
import type { ConnectRequest } from './wire.js';

/** What functions among the options get to know of an attempt. */
export function attemptContext({ attempt, endpoint }: ConnectRequest, signal: AbortSignal): AttemptContext {
  return { attempt, endpoint, signal };
}

/** Waits, but not beyond the end of the attempt; what comes later is handed to `late`. */
export async function withinAttempt<T>(
  promise: PromiseLike<T>,
  signal: AbortSignal,
  late?: (value: T) => void,
): Promise<T> {
  if (signal.aborted) promise.then(late, () => undefined);
  signal.throwIfAborted();
  let abandon: () => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    abandon = () => {
      reject(signal.reason as Error);
      promise.then(late, () => undefined);
    };
    signal.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([promise, abandoned]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
