import type { Clock, Timer } from '@rxmqtt/core/testing';
import type { SchedulerLike, Subscription } from 'rxjs';

/**
 * The time of a scheduler as a clock of a connection.
 * @param horizon milliseconds of its time after which no timer fires any more: connections ping and reconnect for ever, and
 * virtual time goes on as long as anything is scheduled.
 */
export function schedulerClock(scheduler: SchedulerLike, horizon: number): Clock {
  const end = scheduler.now() + horizon;
  const schedule = (callback: () => void, delay: number): Subscription | undefined => {
    if (scheduler.now() + delay > end) return undefined;
    return scheduler.schedule(callback, delay);
  };
  return {
    now: () => scheduler.now(),
    date: () => scheduler.now(),
    setTimeout: (callback, delay): Timer => schedule(callback, Math.max(0, delay)),
    clearTimeout: (timer) => {
      (timer as Subscription | undefined)?.unsubscribe();
    },
    defer: (callback) => {
      schedule(callback, 0);
    },
    nextTurn: (callback) => {
      schedule(callback, 0);
    },
  };
}
