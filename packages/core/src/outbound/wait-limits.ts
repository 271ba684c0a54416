import { AbortedError, TimeoutError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Clock } from '../internal/clock.js';
import type { OutgoingMessage } from './outgoing-message.js';
import type { PublishOptions } from './publish-options.js';

/** Ends the wait for a message by its caller's time limit and signal. */
export function limitWait(
  message: OutgoingMessage,
  { signal, timeout }: PublishOptions,
  clock: Clock,
  takeBack: (message: OutgoingMessage, error: MqttError) => void,
): void {
  if (timeout !== undefined) {
    const timer = clock.setTimeout(() => {
      takeBack(message, new TimeoutError(describe(message), timeout, message.wasSent));
    }, timeout);
    message.onSettled(() => {
      clock.clearTimeout(timer);
    });
  }
  if (signal !== undefined) {
    const onAbort = (): void => {
      takeBack(message, aborted(message, signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    message.onSettled(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }
}

/** The error for a message whose caller has lost interest. */
export function aborted(message: OutgoingMessage, signal: AbortSignal): AbortedError {
  return new AbortedError(describe(message), signal.reason, message.wasSent);
}

function describe({ topic }: OutgoingMessage): string {
  return `publishing to ${quoteText(topic)}`;
}
