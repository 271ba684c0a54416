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
import { dropsOf } from '../lifecycle/drops.js';
import type { Reply, RequestManyOptions, RequestOptions } from '../asking/ask-options.js';
import { requestMany } from '../asking/request-many.js';
import { request } from '../asking/request.js';
import type { HandlerResult, ReceivedRequest, RespondOptions, RespondStatus } from '../asking/respond-options.js';
import { respond } from '../asking/respond.js';
import { type Rules, any, check, fields, flag, seconds } from '../internal/rules.js';
import { sayFarewell } from '../lifecycle/before-end.js';
import { errorsOf } from '../lifecycle/errors.js';
import { connectedOf, stateOf } from '../lifecycle/state.js';
import { sampleStats } from '../lifecycle/stats.js';
import type {
  FilterCollection,
  FilterInput,
  ObserveOptions,
  ObservedMessage,
  ObservedOneOf,
  TemplatesOf,
} from '../observing/observe-options.js';
import { observe } from '../observing/observe.js';
import { type ClearRetainedOptions, type ClearedTopic, clearRetained } from '../publishing/clear-retained.js';
import { type PublishAllOptions, publishAll } from '../publishing/publish-all.js';
import { publish } from '../publishing/publish-once.js';
import type { PublishInput, PublishStatus, PublishToOptions } from '../publishing/publish-to-options.js';
import type { PullSource } from '../publishing/pull-source.js';
import { type Sink, sink } from '../publishing/sink.js';
import type { Mqtt } from './mqtt.js';

const CLOSE_RULES: Rules<CloseOptions> = { sessionExpiry: seconds, withWill: flag };
const CLOSE = fields(CLOSE_RULES);
// What is no deadline gives the default.
const DRAIN = fields<DrainOptions>({ ...CLOSE_RULES, deadline: any });

/** A facade: every method is a function of its room, applied to the connection. */
export class RxMqtt implements Mqtt {
  readonly connection: Connection;
  readonly state$: Observable<ConnectionState>;
  readonly connected$: Observable<boolean>;
  readonly errors$: Observable<MqttError>;
  readonly drops$: Observable<DropEvent>;
  readonly stats$: Observable<ConnectionStats>;

  constructor(connection: Connection) {
    this.connection = connection;
    this.state$ = stateOf(connection);
    this.connected$ = connectedOf(connection);
    this.errors$ = errorsOf(connection);
    this.drops$ = dropsOf(connection);
    this.stats$ = sampleStats(this);
  }

  get closed(): Promise<ConnectionEnd> {
    return this.connection.closed;
  }

  observe<const Template extends string, T = Uint8Array>(
    filter: Template,
    options?: ObserveOptions<T>,
  ): Observable<ObservedMessage<Template, T>>;
  observe<const Filters extends FilterCollection | Observable<string | FilterCollection>, T = Uint8Array>(
    filters: Filters,
    options?: ObserveOptions<T>,
  ): Observable<ObservedOneOf<TemplatesOf<Filters>, T>>;
  observe<T>(filters: FilterInput, options: ObserveOptions<T> = {}): Observable<ObservedMessage<string, T>> {
    return observe(this.connection, filters, options);
  }

  publish(topic: string, payload: Payload, options: Omit<PublishOptions, 'signal'> = {}): Observable<PublishResult> {
    return publish(this.connection, topic, payload, options);
  }

  sink<T = Payload>(options: PublishToOptions<T> = {}): Sink<T> {
    return sink(this, options);
  }

  publishAll<T, S>(
    source: PullSource<S>,
    options?: PublishAllOptions<T, S> & { readonly project: (item: S, index: number) => PublishInput<T> },
  ): Observable<PublishStatus<S>> {
    return publishAll(this, source, options!);
  }

  clearRetained(filter: string, options?: ClearRetainedOptions): Observable<ClearedTopic> {
    return clearRetained(this, filter, options);
  }

  request<T = Uint8Array, Q = Payload>(
    topic: string,
    payload: NoInfer<Q>,
    options?: RequestOptions<T, Q>,
  ): Observable<Reply<T>> {
    return request(this, topic, payload, options);
  }

  requestMany<T = Uint8Array, Q = Payload>(
    topic: string,
    payload: NoInfer<Q>,
    options: RequestManyOptions<T, Q>,
  ): Observable<Reply<T>> {
    return requestMany(this, topic, payload, options);
  }

  respond<const Template extends string, T = Uint8Array, R = Payload>(
    filter: Template,
    handler: (request: ReceivedRequest<Template, T>) => HandlerResult<NoInfer<R>>,
    options?: RespondOptions<T, R>,
  ): Observable<RespondStatus<Template, T>> {
    return respond(this, filter, handler, options);
  }

  // Nothing has happened when the options cannot be used: also nobody has said goodbye.
  async drain(options: DrainOptions = {}): Promise<DrainReport> {
    check(['', options, DRAIN]);
    // What the will says is left to the server.
    if (options.withWill !== true) sayFarewell(this.connection);
    return this.connection.drain(options);
  }

  async close(options: CloseOptions = {}): Promise<void> {
    check(['', options, CLOSE]);
    if (options.withWill !== true) sayFarewell(this.connection);
    return this.connection.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}
