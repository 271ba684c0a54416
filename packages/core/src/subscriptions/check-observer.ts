import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { MessageListener, SubscriptionObserver } from './subscribe-options.js';

/** The observer behind what a caller gave. Checked at once: one without a listener would only be found out by the first message. */
export function checkObserver(observer: MessageListener | SubscriptionObserver): SubscriptionObserver {
  if (typeof observer === 'function') return { message: observer };
  const listener = (observer as { message?: unknown } | null | undefined)?.message;
  if (typeof listener === 'function') return observer;
  throw new InvalidOptionsError([
    { path: 'observer', reason: 'must be a function, or an object with a function `message`' },
  ]);
}
