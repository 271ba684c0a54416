import { type Rule, isObject } from '../internal/rules.js';

/** What of a web stream is needed to read it. */
export interface WebStream<I> {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: I | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** What items can be pulled from: an iterable, an async iterable (also a Node Readable), or a web ReadableStream. */
export type PullSource<I> = (Iterable<I> & object) | AsyncIterable<I> | WebStream<I>;

/** The end of a source at which items are pulled, one at a time. */
export interface Puller<I> {
  pull(): IteratorResult<I, unknown> | PromiseLike<IteratorResult<I, unknown>>;
  /** No more is wanted. Never throws. */
  close(): void;
}

/** What can be pulled from. */
export const pullable: Rule = (source) => {
  if (isObject(source) && !ArrayBuffer.isView(source)) {
    if (Symbol.asyncIterator in source || Symbol.iterator in source || 'getReader' in source) return undefined;
  }
  const hint = isObject(source) && 'subscribe' in source ? ': an Observable pushes, so pipe it through publishTo' : '';
  return `must be an iterable, an async iterable, a Readable or a ReadableStream${hint}`;
};

/** Begins to pull. May throw what the source throws. */
export function openSource<I>(source: PullSource<I>): Puller<I> {
  if (Symbol.asyncIterator in source) return ofIterator(source[Symbol.asyncIterator]());
  if (Symbol.iterator in source) return ofIterator(source[Symbol.iterator]());
  const reader = source.getReader();
  return {
    pull: async () => {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value: value as I };
    },
    close: () => {
      reader.cancel().catch(() => undefined);
    },
  };
}

function ofIterator<I>(iterator: Iterator<I, unknown> | AsyncIterator<I, unknown>): Puller<I> {
  return {
    pull: () => iterator.next(),
    close: () => {
      // Nobody is left to be told of a clean-up that fails.
      try {
        void Promise.resolve(iterator.return?.()).catch(() => undefined);
      } catch {
        // Likewise.
      }
    },
  };
}
