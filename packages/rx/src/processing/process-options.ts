import type { MqttMessage } from '@rxmqtt/core';
import type { Mqtt } from '../client/mqtt.js';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import type { BufferOverflow } from '../internal/backlog.js';
import type { RetryPolicy } from '../reconnecting/retry-policy.js';

/** What a handler is told besides the message. */
export interface ProcessContext {
  /** Aborted when the result is unsubscribed from, or has errored: nobody waits for the handler any more. */
  readonly signal: AbortSignal;
  /** How often this message has been tried, from 1. */
  readonly attempt: number;
}

/**
 * What becomes of a message whose handler has failed:
 * - `retry`: the handler is called again, when the `retry` policy says so. The message keeps its place meanwhile, and its share
 *   of `concurrency`. When the policy gives up, the message is dead-lettered if there is a `deadLetter`; otherwise the
 *   stream errors with what the handler failed with, and the message stays unacknowledged for the next observer;
 * - `redeliver`: it goes to the end of the queue, with the delays of the `retry` policy; after three times it is given up like
 *   with `retry`;
 * - `deadLetter`: it is published to the `deadLetter` topic, and acknowledged when that was. Without one, as `error`;
 * - `nack`: it is refused with reason code 0x80, and the server discards it. MQTT 3.x has no refusal: it is acknowledged;
 * - `ack`: it is acknowledged, as if it had been handled;
 * - `error`: the stream errors with what the handler failed with, and the message stays unacknowledged for the next observer.
 */
export type ErrorAction = 'retry' | 'redeliver' | 'deadLetter' | 'nack' | 'ack' | 'error';

/** A handler's failure, as an error policy gets to know it. */
export interface ProcessFailure<M> {
  /** The message. A policy may `nack()` it with a reason code of its own, and then answer `'ack'`. */
  readonly message: M;
  /** How often it has been tried, from 1. */
  readonly attempts: number;
}

/** Decides about each failure by itself. What it throws or rejects with errors the stream. */
export type ErrorPolicy<M> = (error: unknown, failure: ProcessFailure<M>) => ErrorAction | PromiseLike<ErrorAction>;

/** How {@link processEach} works. */
export interface ProcessOptions<M extends MqttMessage = MqttMessage> {
  /** How many messages may be handled at once. Defaults to 64. */
  readonly concurrency?: number;
  /**
   * `no`: handlers start in the order of the messages. `byTopic`: also, of a topic's messages one is handled after the
   * other. `all`: one after the other, whatever `concurrency` is. Defaults to `'no'`.
   */
  readonly ordered?: 'no' | 'byTopic' | 'all';
  /** What becomes of a message whose handler fails, or who decides. Defaults to `'retry'`. */
  readonly onError?: ErrorAction | ErrorPolicy<M>;
  /** When handlers are called again. Here `maxAttempts` defaults to 5. */
  readonly retry?: RetryPolicy;
  /** Where messages go that cannot be handled: `deadLetter('dead/orders')`. The client that it names publishes them, or `mqtt`. */
  readonly deadLetter?: DeadLetter;
  /**
   * How many messages may wait that need no acknowledgement: those of QoS 0, and those that the library acknowledges. All
   * others wait unacknowledged, and Receive Maximum bounds them. Defaults to 1,000.
   */
  readonly capacity?: number;
  /** What becomes of those that find `capacity` of them waiting; see {@link BufferOptions}. Defaults to `'dropOldest'`. */
  readonly overflow?: BufferOverflow;
  /** The client that publishes dead letters, unless `deadLetter` names another one, and on whose `drops$` dropped messages show. */
  readonly mqtt?: Pick<Mqtt, 'connection'>;
}

/** What became of one message. */
export type ProcessResult<M, R = unknown> =
  /** Handled, and acknowledged. */
  | { readonly status: 'processed'; readonly message: M; readonly attempts: number; readonly value: R }
  /** Not handled, and acknowledged (`ack`) or refused (`nack`) nevertheless. */
  | {
      readonly status: 'skipped' | 'refused';
      readonly message: M;
      readonly attempts: number;
      readonly error: unknown;
    }
  /** Published to the dead letter topic, and acknowledged. */
  | {
      readonly status: 'deadLettered';
      readonly message: M;
      readonly attempts: number;
      readonly error: unknown;
      readonly topic: string;
    }
  /** Dropped by the overflow policy; it needed no acknowledgement. */
  | { readonly status: 'dropped'; readonly message: M; readonly attempts: number }
  /**
   * Left, because this delivery has become void before the handler was called (again): the connection was lost, and the
   * server sends the message again; or somebody else has acknowledged it.
   */
  | { readonly status: 'superseded'; readonly message: M; readonly attempts: number };
