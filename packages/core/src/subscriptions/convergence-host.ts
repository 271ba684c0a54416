import type { MqttError } from '../errors/mqtt-error.js';
import type { ActiveSubscription } from './active-subscription.js';
import type { FilterEntry } from './filter-entry.js';

/** What convergence needs of whoever knows the wishes. */
export interface ConvergenceHost {
  /** A SUBSCRIBE or UNSUBSCRIBE was sent, or answered. */
  exchanged(): void;
  warn(error: unknown, what: string): void;
  /** These subscriptions, and only they, are told that nothing will come. */
  reject(subscriptions: readonly ActiveSubscription[], error: MqttError): void;
  /** What nobody wants is not at the server, or is wanted again. */
  settled(entry: FilterEntry): void;
  /** The server may have these filters from when `proceed` is called on. */
  told(filters: readonly string[], proceed: () => void): void;
  /** Nobody wants it, and the server does not have it. */
  discard(entry: FilterEntry): void;
  /** The changes of a tick have been sent. */
  flushed(): void;
}
