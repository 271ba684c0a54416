import { ClosedError, UnsupportedError } from '../errors/connection-errors.js';
import { NotConnectedError } from '../errors/not-connected-error.js';
import type { Clock } from '../internal/clock.js';
import type { Random } from '../internal/random.js';
import { ConnectionEmitter } from '../observability/connection-emitter.js';
import { connectionStats, type ConnectionStats } from '../observability/connection-stats.js';
import { logEvents } from '../observability/log-events.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Payload, Publication, PublishOptions, TopicDefaults } from '../outbound/publish-options.js';
import { Plugins } from '../plugins/plugins.js';
import { checkObserver } from '../subscriptions/check-observer.js';
import type {
  FilterSet,
  MessageListener,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from '../subscriptions/subscribe-options.js';
import { Traffic } from '../wire/traffic.js';
import type { WireFactory } from '../wire/wire.js';
import type {
  CloseOptions,
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  DrainOptions,
  DrainReport,
} from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { DataPlane } from './data-plane.js';
import { Drain } from './drain.js';
import { Lifecycle } from './lifecycle.js';
import type { Negotiated } from './negotiated.js';
import { Pings } from './pings.js';
import type { PlatformSignals } from './platform-signals.js';
import { openingAborted, waitForOpen } from './wait-for-open.js';

/** What a connection takes from its surroundings. */
export interface ConnectionDependencies {
  readonly wires: WireFactory;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the platform is offline or hidden, where there is such a thing. */
  readonly signals?: PlatformSignals | undefined;
  /**
   * Where subscription identifiers begin. They differ from process to process, so that those of another one that had this
   * session before are not taken for ours. Defaults to 0.
   */
  readonly firstSubscriptionId?: number;
  /** What the wires count in. Defaults to one that stays at zero. */
  readonly traffic?: Traffic;
}

/** The connection that users see: what they call, passed on to the rooms, and the rooms, wired together. */
export class DefaultConnection implements Connection {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #emitter: ConnectionEmitter;
  readonly #traffic: Traffic;
  readonly #data: DataPlane;
  readonly #pings: Pings;
  readonly #lifecycle: Lifecycle;
  readonly openers = new Set<object>();
  #drain: Drain | undefined;
  #drained: Promise<DrainReport> | undefined;

  constructor(options: ResolvedOptions, dependencies: ConnectionDependencies) {
    const { clock, random, signals, wires } = dependencies;
    this.#options = options;
    this.#clock = clock;
    const warn = (error: unknown, what: string): void => {
      this.#emitter.emit('warning', { error, what });
    };
    this.#emitter = new ConnectionEmitter(this, (error, name) => {
      // A listener of warnings that throws is not warned about: that would never end.
      if (name !== 'warning') warn(error, `a listener of '${name}' threw`);
    });
    if (options.log !== undefined) logEvents(this.#emitter, options.log);
    const plugins = new Plugins(options.plugins, {
      log: options.log,
      source: this.#emitter,
      warn,
      defer: (action) => {
        clock.defer(action);
      },
    });
    this.#traffic = dependencies.traffic ?? new Traffic(clock);
    this.#data = new DataPlane(
      options,
      clock,
      {
        warn,
        drop: (event) => {
          this.#emitter.emit('drop', event);
        },
        isTellingDrop: () => this.#emitter.telling === 'drop',
        restored: (publications) => {
          this.#emitter.emit('restored', { publications });
        },
        congestion: (congested) => {
          this.#emitter.emit('congestion', { congested });
        },
        idle: () => this.#drain?.idle(),
        cycle: (error) => this.#lifecycle.cycle(error),
      },
      dependencies.firstSubscriptionId ?? 0,
      plugins,
    );
    this.#pings = new Pings(clock, options.connectTimeout);
    this.#lifecycle = new Lifecycle(options, {
      clock,
      random,
      signals,
      wires: plugins.tapped(wires, this.#traffic),
      steps: plugins.preparation,
      emitter: this.#emitter,
      warn,
      data: this.#data,
      pings: this.#pings,
    });
  }

  get state(): ConnectionState {
    return this.#lifecycle.state;
  }

  get negotiated(): Negotiated | undefined {
    return this.#lifecycle.negotiated;
  }

  get closed(): Promise<ConnectionEnd> {
    return this.#lifecycle.end.promise;
  }

  /** Whether there has been a connection at some time. */
  get wasConnected(): boolean {
    return this.#lifecycle.wasConnected;
  }

  /** How it ends, as soon as that is decided. */
  get end(): ConnectionEnd | undefined {
    return this.#lifecycle.end.value;
  }

  open({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Negotiated> {
    if (signal?.aborted === true) return Promise.reject(openingAborted(signal.reason));
    if (this.state.type === 'idle') this.#warnOnce();
    this.#lifecycle.feed({ type: 'open' });
    return waitForOpen(this, signal);
  }

  publish(topic: string, payload: Payload, options: PublishOptions = {}): Publication {
    const { publishDefaults } = this.#options;
    return this.#data.publish(
      topic,
      payload,
      publishDefaults === undefined ? options : publishDefaults.apply(topic, options),
    );
  }

  publishDefaults(topic: string): TopicDefaults {
    const { publishDefaults, outbound } = this.#options;
    const { overflow, offline } = outbound;
    return { overflow, offline, ...publishDefaults?.apply(topic) };
  }

  subscribe(
    filters: string | readonly string[] | FilterSet,
    options: SubscribeOptions,
    observer: MessageListener | SubscriptionObserver,
  ): Subscription {
    if (this.end !== undefined) throw new ClosedError('the connection has ended; create a new one to subscribe');
    if (this.state.type === 'draining')
      throw new ClosedError('the connection is draining and takes no new subscriptions');
    return this.#data.subscribe(filters, options, checkObserver(observer));
  }

  stats(): ConnectionStats {
    return connectionStats(this.#traffic, this.#emitter.counts, this.#data.queues, this.#lifecycle.connectedFor);
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  reconnectNow(): void {
    this.#lifecycle.retryNow();
  }

  ping(): Promise<number> {
    const { wire } = this.#lifecycle;
    return wire === undefined ? Promise.reject(new NotConnectedError('a ping needs one')) : this.#pings.ping(wire);
  }

  async reauthenticate(): Promise<void> {
    if (this.#options.authentication === undefined) {
      throw new UnsupportedError(
        'there is nothing to renew: the connection was made without the option `authentication`',
      );
    }
    const renewal = this.#lifecycle.renew();
    if (renewal === undefined) throw new NotConnectedError('the next attempt authenticates anyway');
    await renewal;
  }

  drain({ deadline, ...goodbye }: DrainOptions = {}): Promise<DrainReport> {
    const refusal = this.#lifecycle.wish(goodbye);
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#drained ??= this.#startDraining(deadline);
    return this.#drained;
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const refusal = this.#lifecycle.wish(options);
    if (refusal !== undefined) throw refusal;
    this.#lifecycle.feed({ type: 'close' });
    await this.#lifecycle.end.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  #warnOnce(): void {
    for (const what of this.#options.warnings) this.#emitter.emit('warning', { error: undefined, what });
  }

  async #startDraining(deadline: number | undefined): Promise<DrainReport> {
    const refuse = (): void => {
      if (this.end === undefined) this.#data.refuse('the connection is draining and takes no new messages');
    };
    if (this.end === undefined) this.#data.stopIntake();
    if (this.#data.unfinished.atWork === 0) refuse();
    this.#lifecycle.feed({ type: 'drain' });
    const target = {
      unfinished: () => this.#data.unfinished,
      refuse,
      buffered: () => this.#lifecycle.wire?.buffered ?? 0,
      hasEnded: () => this.end !== undefined,
      close: () => void this.close(),
    };
    // Listeners that hear of the state may have called `drain()` too: each has its deadline, the last one hears of idleness.
    const drain = new Drain(this.#clock, target, deadline);
    this.#drain = drain;
    drain.idle();
    await this.#lifecycle.end.promise;
    drain.stop();
    return this.#lifecycle.end.unfinished;
  }
}
