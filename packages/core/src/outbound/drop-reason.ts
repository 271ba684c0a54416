import type { DropEvent } from '../connection/connection.js';
import { ClosedError } from '../errors/connection-errors.js';
import {
  AbortedError,
  ExpiredError,
  LimitExceededError,
  OfflineError,
  OverflowError,
  TimeoutError,
  UnknownOutcomeError,
} from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { StoreError } from '../errors/store-error.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** The error to tell for a message: one that says it never left is not true of one that was sent. */
export function truthful(message: OutgoingMessage, reason: MqttError): MqttError {
  return message.wasSent && saysNotSent(reason) ? inDoubt(message, reason) : reason;
}

/** An error, as a `drop` event names it. */
export function dropReason(error: MqttError): DropEvent['reason'] {
  if (error instanceof OverflowError) return 'overflow';
  if (error instanceof ExpiredError) return 'expired';
  if (error instanceof OfflineError) return 'offline';
  if (error instanceof ClosedError) return 'closed';
  if (error instanceof AbortedError || error instanceof TimeoutError) return 'aborted';
  if (error instanceof UnknownOutcomeError) return 'unknown';
  if (error instanceof StoreError) return 'store';
  return 'refused';
}

function saysNotSent(error: MqttError): boolean {
  return error instanceof ExpiredError || error instanceof OverflowError || error instanceof LimitExceededError;
}

function inDoubt({ topic }: OutgoingMessage, cause: MqttError): UnknownOutcomeError {
  return new UnknownOutcomeError(
    topic,
    `it was sent, the session was lost, and then it was given up: ${cause.message}`,
  );
}
