/// <reference lib="esnext.disposable" preserve="true" />
import type {
  CloseOptions,
  Connection,
  ConnectionEnd,
  ConnectionState,
  ConnectionStats,
  DrainOptions,
  DrainReport,
  DropEvent,
  MqttError,
  Payload,
  PublishOptions,
  PublishResult,
} from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import type {
  FilterCollection,
  ObserveOptions,
  ObservedMessage,
  ObservedOneOf,
  TemplatesOf,
} from '../observing/observe-options.js';
import type { Reply, RequestManyOptions, RequestOptions } from '../asking/ask-options.js';
import type { HandlerResult, ReceivedRequest, RespondOptions, RespondStatus } from '../asking/respond-options.js';
import type { ClearRetainedOptions, ClearedTopic } from '../publishing/clear-retained.js';
import type { PublishAllOptions } from '../publishing/publish-all.js';
import type { PublishInput, PublishStatus, PublishToOptions } from '../publishing/publish-to-options.js';
import type { PullSource } from '../publishing/pull-source.js';
import type { Sink } from '../publishing/sink.js';

/**
 * An MQTT client that speaks Observables. Create one with {@link connect}; it opens by itself at the first use, and stays
 * connected until `close()` or `drain()`.
 */
export interface Mqtt {
  /** The connection underneath, for what has no Observable. */
  readonly connection: Connection;

  /**
   * Where the connection stands. Hot; starts with the current state; does not open the connection; completes when the
   * connection has ended for good, never errors.
   */
  readonly state$: Observable<ConnectionState>;

  /** Whether there is a connection. Hot; starts with the current value, only changes are emitted; completes like `state$`. */
  readonly connected$: Observable<boolean>;

  /**
   * Everything that went wrong without ending a stream: failed attempts, lost connections, listeners that threw. Hot, no
   * replay; completes when the connection has ended for good, never errors.
   */
  readonly errors$: Observable<MqttError>;

  /** Every message that was given up, in either direction. Hot, no replay; completes like `state$`, never errors. */
  readonly drops$: Observable<DropEvent>;

  /**
   * What was counted and what waits where: now, and each second. Cold; does not open the connection; completes like `state$`,
   * never errors. For another interval see {@link sampleStats}.
   */
  readonly stats$: Observable<ConnectionStats>;

  /**
   * The messages of a filter or a template, of several, or of a set such as `{ 'a/+': { qos: 1 }, 'b/{x}': {} }`, whose entries
   * have options of their own. A message that matches several filters of an observer is emitted once.
   *
   * An Observable of filters or sets is followed: only the differences are sent, and new filters are granted before old ones
   * are given up. It may be empty at times; its last word stands when it completes.
   *
   * Cold: subscribing subscribes at the broker (and opens the connection), the last observer to leave unsubscribes, after
   * `linger`; several observers of a filter share one subscription at the broker, and each gets every message once. Survives
   * reconnects: nothing is emitted for them (see `onDisconnect`). Completes when the connection is closed. Errors with
   * SubscribeRejectedError when the server refuses, with TimeoutError when it does not answer and `onTimeout` is `'error'`, with
   * what the Observable of filters errors with, and with the connection's error when that has failed for good. A payload that
   * the codec does not decode ends nothing, unless `onDecodeError` says so. Observing after `close()` or during `drain()` errors
   * with ClosedError.
   *
   * In a template such as `site/{site}/dev/{id}/temp` each `{name}` is one level, whose value is in `params`; `{name#}` at
   * the end is the rest. What `+` and `#` stand for is in `captures`.
   *
   * @throws InvalidTopicError when a filter, a template or the group is invalid, InvalidOptionsError for everything else that
   * is wrong with the arguments: both at once.
   */
  observe<const Template extends string, T = Uint8Array>(
    filter: Template,
    options?: ObserveOptions<T>,
  ): Observable<ObservedMessage<Template, T>>;
  observe<const Filters extends FilterCollection | Observable<string | FilterCollection>, T = Uint8Array>(
    filters: Filters,
    options?: ObserveOptions<T>,
  ): Observable<ObservedOneOf<TemplatesOf<Filters>, T>>;

  /**
   * Publishes one message at each subscription. Cold; emits the result and completes; errors with what the publication
   * failed with. Unsubscribing takes a message back that has not been sent yet.
   * @throws InvalidOptionsError at once.
   */
  publish(topic: string, payload: Payload, options?: Omit<PublishOptions, 'signal'>): Observable<PublishResult>;

  /**
   * Makes a {@link Sink}: an Observer to hand around, whose inputs are published as `publishTo` does it.
   * @throws InvalidOptionsError at once.
   */
  sink<T = Payload>(options?: PublishToOptions<T>): Sink<T>;

  /** Publishes what can be pulled from a source, no faster than it is taken; see the function `publishAll`. */
  publishAll<T, S>(
    source: PullSource<S>,
    options: PublishAllOptions<T, S> & { readonly project: (item: S, index: number) => PublishInput<T> },
  ): Observable<PublishStatus<S>>;
  publishAll<T = Payload, S extends PublishInput<T> | Payload = PublishInput<T> | Payload>(
    source: PullSource<S>,
    options?: PublishAllOptions<T, S>,
  ): Observable<PublishStatus<S>>;

  /** Clears the retained messages of a filter; see the function `clearRetained`. */
  clearRetained(filter: string, options?: ClearRetainedOptions): Observable<ClearedTopic>;

  /** Asks, and emits the reply; see the function `request`. */
  request<T = Uint8Array, Q = Payload>(
    topic: string,
    payload: NoInfer<Q>,
    options?: RequestOptions<T, Q>,
  ): Observable<Reply<T>>;

  /** Asks, and emits replies until they are enough; see the function `requestMany`. */
  requestMany<T = Uint8Array, Q = Payload>(
    topic: string,
    payload: NoInfer<Q>,
    options: RequestManyOptions<T, Q>,
  ): Observable<Reply<T>>;

  /** Answers requests; see the function `respond`. */
  respond<const Template extends string, T = Uint8Array, R = Payload>(
    filter: Template,
    handler: (request: ReceivedRequest<Template, T>) => HandlerResult<NoInfer<R>>,
    options?: RespondOptions<T, R>,
  ): Observable<RespondStatus<Template, T>>;

  /** Ends the connection in good order; see {@link Connection.drain}. */
  drain(options?: DrainOptions): Promise<DrainReport>;

  /** Ends the connection now; see {@link Connection.close}. */
  close(options?: CloseOptions): Promise<void>;

  /** Fulfils, and never rejects, when the connection has ended for good. */
  readonly closed: Promise<ConnectionEnd>;

  /** Drains, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
