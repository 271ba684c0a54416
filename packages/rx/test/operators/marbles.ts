import type { Observable } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** Runs a marble test in virtual time. */
export function marbles(test: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(test);
}

/** What an Observable has done so far. */
export interface Seen<T> {
  readonly values: T[];
  error: unknown;
  completed: boolean;
  leave(): void;
}

/** Subscribes, and keeps what comes. */
export function watch<T>(source: Observable<T>): Seen<T> {
  const seen: Seen<T> = {
    values: [],
    error: undefined,
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error: unknown) => {
      seen.error = error;
    },
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}
