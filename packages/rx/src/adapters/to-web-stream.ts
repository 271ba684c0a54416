import type { Observable } from 'rxjs';
import { PullIterator } from './pull-iterator.js';
import { type PullOptions, resolvePullOptions } from './pull-options.js';

/**
 * An Observable as a web `ReadableStream`, which takes a value only when its reader asks for one. It subscribes at the first
 * read, and unsubscribes when it is cancelled. What comes faster than it is read waits, as {@link toAsyncIterable} says.
 *
 * Closes when the source completes · errors with the source's error, or with OverflowError by policy · a reconnect changes
 * nothing.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * const lines$ = mqtt.observe('log/#', { codec: text() }).pipe(map(({ value }) => `${value}\n`));
 * return new Response(toWebStream(lines$).pipeThrough(new TextEncoderStream()));
 * ```
 */
export function toWebStream<T>(source: Observable<T>, options: PullOptions<T> = {}): ReadableStream<T> {
  const iterator = new PullIterator(source, resolvePullOptions(source, options), 'toWebStream');
  return new ReadableStream<T>(
    {
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await iterator.return();
      },
    },
    // Reads nothing ahead: what waits is to wait where it is bounded.
    { highWaterMark: 0 },
  );
}
