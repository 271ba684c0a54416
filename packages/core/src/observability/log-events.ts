import type { ConnectionEvents } from '../connection/connection.js';
import type { ConnectionState } from '../connection/connection-state.js';
import { isMqttError } from '../errors/mqtt-error.js';
import { escapeText, textOf } from '../errors/quote-text.js';
import { assertNever } from '../internal/assert-never.js';
import type { Log, LogFields } from './logger.js';

/** The part of a connection that is listened to. */
export interface EventSource {
  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void;
}

/** Writes a line for everything that happens to a connection; the function returned stops that. */
export function logEvents(source: EventSource, log: Log): () => void {
  const offs = [
    source.on('state', (state) => {
      logState(state, log);
    }),
    source.on('attemptFailed', ({ attempt, error, by }) => {
      log('warn', 'attempt failed', { attempt, by, ...errorFields(error) });
    }),
    source.on('lost', ({ error, by }) => {
      log('warn', 'connection lost', { by, ...errorFields(error) });
    }),
    source.on('drop', ({ direction, topic, qos, reason, error }) => {
      const code = error === undefined ? {} : { code: error.code, reasonCode: error.reasonCode };
      log('warn', 'message dropped', { direction, topic: escapeText(topic), qos, reason, ...code });
    }),
    source.on('warning', ({ error, what }) => {
      log('warn', 'warning', { what: escapeText(what), ...errorFields(error) });
    }),
    source.on('restored', ({ publications }) => {
      log('info', 'session restored', { messages: publications.length });
    }),
    source.on('congestion', ({ congested }) => {
      log('debug', 'congestion', { congested });
    }),
  ];
  return () => {
    for (const off of offs) off();
  };
}

function logState(state: ConnectionState, log: Log): void {
  const { type } = state;
  switch (type) {
    case 'idle':
      return;
    case 'connecting':
      log('debug', type, { attempt: state.attempt });
      return;
    case 'connected': {
      const { clientId, protocolVersion, sessionPresent, keepalive } = state.negotiated;
      log('info', type, { clientId: escapeText(clientId), protocolVersion, sessionPresent, keepalive });
      return;
    }
    case 'reconnecting':
      log('info', type, {
        attempt: state.attempt,
        delay: Math.round(state.delay),
        by: state.by,
        code: state.cause.code,
      });
      return;
    case 'draining':
      log('debug', type, {});
      return;
    case 'closed':
      log('info', type, {});
      return;
    case 'failed':
      log('error', type, { by: state.by, ...errorFields(state.cause) });
      return;
    default:
      assertNever(type);
  }
}

/** What a line tells of an error: never its cause, which may be the user's own and hold anything. */
export function errorFields(error: unknown): LogFields {
  if (error === undefined) return {};
  if (!isMqttError(error)) return { error: escapeText(textOf(error)) };
  const { code, reasonCode, retryable, message } = error;
  return { code, reasonCode, retryable, error: escapeText(message) };
}
