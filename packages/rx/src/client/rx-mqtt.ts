import type {
  Connection,
  ConnectionEnd,
  ConnectionState,
  ConnectionStats,
  DrainReport,
  DropEvent,
  MqttError,
  Payload,
  PublishOptions,
  PublishResult,
} from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import { dropsOf } from '../lifecycle/drops.js';
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
import { publishOnce } from '../publishing/publish-once.js';
import type { Mqtt } from './mqtt.js';

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
    return publishOnce(this.connection, topic, payload, options);
  }

  drain(options: { readonly deadline?: number } = {}): Promise<DrainReport> {
    return this.connection.drain(options);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }
}
