import { UnknownOutcomeError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** A message that goes out no more, and what it fails with. */
export interface Failure {
  readonly message: OutgoingMessage;
  readonly error: MqttError;
}

/** What becomes of the messages that were in flight when the session was lost. */
export interface LostSession {
  /** The server may not have them: they go out as new, in this order. */
  readonly again: readonly OutgoingMessage[];
  /** The server may have them, and nobody can find out. */
  readonly doubtful: readonly Failure[];
  /** Nobody waits for them any more. */
  readonly forgotten: readonly OutgoingMessage[];
}

/** Sorts what was in flight, in sending order. */
export function sortLost(messages: readonly OutgoingMessage[], onSessionLost: 'republish' | 'fail'): LostSession {
  const lost = {
    again: [] as OutgoingMessage[],
    doubtful: [] as Failure[],
    forgotten: [] as OutgoingMessage[],
  };
  for (const message of messages) {
    const received = message.phase === 'received';
    if (message.outcome !== undefined) lost.forgotten.push(message);
    else if (received || (message.isWritten && message.qos === 1 && onSessionLost === 'fail')) {
      const why = received ? 'the server had received it' : 'it was sent, but not acknowledged';
      lost.doubtful.push({
        message,
        error: new UnknownOutcomeError(message.topic, `${why} when the session was lost`),
      });
    } else lost.again.push(message);
  }
  return lost;
}
