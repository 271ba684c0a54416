import { type Unsubscribable, asyncScheduler } from 'rxjs';

/** Calls back after so many milliseconds, in real or virtual time, unless unsubscribed before. */
export function after(milliseconds: number, callback: () => void): Unsubscribable {
  return asyncScheduler.schedule(callback, milliseconds);
}
