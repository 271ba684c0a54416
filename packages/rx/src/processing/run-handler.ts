import { type Observable, isObservable, takeUntil } from 'rxjs';
import { isPromiseLike } from '../internal/is-promise-like.js';

/** What a handler's answer comes to: the last value of an Observable, what a promise fulfils with, or the value itself. */
export type HandlerValue<H> = H extends Observable<infer R> ? R | undefined : Awaited<H>;

/** Told how a handler has ended, once. */
export interface HandlerEnd<R> {
  done(value: R): void;
  failed(error: unknown): void;
}

/** Runs a handler to its end, synchronously if it can be. What it throws is a failure. */
export function runHandler<H>(handler: () => H, stopped$: Observable<void>, end: HandlerEnd<HandlerValue<H>>): void {
  let answer: H;
  try {
    answer = handler();
  } catch (error) {
    end.failed(error);
    return;
  }
  followAnswer(answer, stopped$, end);
}

/** Waits for what a handler's answer comes to. */
export function followAnswer<H>(answer: H, stopped$: Observable<void>, end: HandlerEnd<HandlerValue<H>>): void {
  let isPromise: boolean;
  try {
    isPromise = isPromiseLike(answer);
  } catch (error) {
    end.failed(error);
    return;
  }
  if (isObservable(answer)) runObservable(answer, stopped$, end);
  else if (isPromise) {
    // Whatever a `then` of others does, a promise around it settles once.
    Promise.resolve(answer).then(
      (value) => {
        end.done(value as HandlerValue<H>);
      },
      (error: unknown) => {
        end.failed(error);
      },
    );
  } else end.done(answer as HandlerValue<H>);
}

function runObservable(work$: Observable<unknown>, stopped$: Observable<void>, end: HandlerEnd<unknown>): void {
  let last: unknown;
  work$.pipe(takeUntil(stopped$)).subscribe({
    next: (value) => {
      last = value;
    },
    error: (error: unknown) => {
      end.failed(error);
    },
    complete: () => {
      end.done(last);
    },
  });
}
