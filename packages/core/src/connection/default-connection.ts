import { EndpointPlan } from '../endpoints/endpoint-plan.js';
import { ClosedError, UnsupportedError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { NotConnectedError } from '../errors/not-connected-error.js';
import { assertNever } from '../internal/assert-never.js';
import type { Clock } from '../internal/clock.js';
import type { Random } from '../internal/random.js';
import { ConnectionEmitter } from '../observability/connection-emitter.js';
import { connectionStats, type ConnectionStats } from '../observability/connection-stats.js';
import { logEvents } from '../observability/log-events.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Payload, Publication, PublishOptions } from '../outbound/publish-options.js';
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
import type { Wire, WireFactory } from '../wire/wire.js';
import { Attempts } from './attempts.js';
import type { CloseOptions, Connection, ConnectionEnd, ConnectionEvents, DrainOptions, DrainReport } from './connection.js';
import { type ConnectionEffect, type ConnectionInput, type NextAttempt, transition } from './connection-machine.js';
import type { ConnectionState, EndedBy } from './connection-state.js';
import { DataPlane } from './data-plane.js';
import { Drain } from './drain.js';
import { EndOfLife } from './end-of-life.js';
import { Farewell } from './farewell.js';
import type { Negotiated } from './negotiated.js';
import { Pings } from './pings.js';
import type { PlatformSignals } from './platform-signals.js';
import { RetryPolicy } from './retry-policy.js';
import { RetrySchedule } from './retry-schedule.js';
import { SessionPlan } from './session-plan.js';
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

/** Runs the machine: turns events of the wire and calls of the user into inputs, and carries out the effects. */
export class DefaultConnection implements Connection {
  readonly #options: ResolvedOptions;
  readonly #dependencies: ConnectionDependencies;
  readonly #emitter: ConnectionEmitter;
  readonly #traffic: Traffic;
  readonly #data: DataPlane;
  readonly #plan: SessionPlan;
  readonly #policy: RetryPolicy;
  readonly #schedule: RetrySchedule;
  readonly #pings: Pings;
  readonly #endpoints: EndpointPlan;
  readonly #attempts: Attempts;
  readonly #farewell: Farewell;
  readonly #end = new EndOfLife();
  readonly openers = new Set<object>();
  #state: ConnectionState = { type: 'idle' };
  /** The wire that was accepted. */
  #wire: Wire | undefined;
  #connectedAt: number | undefined;
  #retry: NextAttempt = { attempt: 1, delay: 0 };
  #drain: Drain | undefined;
  #drained: Promise<DrainReport> | undefined;
  /** What was under way at the end. */
  #unfinished: DrainReport = { unsettled: 0, unacknowledged: 0 };

  constructor(options: ResolvedOptions, dependencies: ConnectionDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
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
        dependencies.clock.defer(action);
      },
    });
    this.#traffic = dependencies.traffic ?? new Traffic(dependencies.clock);
    this.#data = new DataPlane(options, dependencies.clock, {
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
      cycle: (error) => this.#cycle(error),
    }, dependencies.firstSubscriptionId ?? 0, plugins);
    this.#plan = new SessionPlan(options);
    this.#farewell = new Farewell(this.#plan, warn);
    this.#endpoints = new EndpointPlan(options, dependencies.random, warn);
    const attempting = {
      clock: dependencies.clock,
      wires: plugins.tapped(dependencies.wires, this.#traffic),
      steps: plugins.preparation,
    };
    this.#attempts = new Attempts(options, this.#plan, this.#endpoints, attempting, this.#data.handlers, {
      accepted: (wire, negotiated) => {
        this.#accepted(wire, negotiated);
      },
      lost: (error, by) => {
        this.#lost(error, by);
      },
    });
    const { clock, random, signals } = dependencies;
    this.#policy = new RetryPolicy(options.reconnect, { random, clock, warn });
    this.#pings = new Pings(clock, options.connectTimeout);
    this.#schedule = new RetrySchedule(clock, options.reconnect?.pauseWhile ?? [], signals, {
      due: () => {
        this.#feed({ type: 'due', attempt: this.#retry.attempt });
      },
      paused: (waitingFor) => {
        this.#feed({ type: 'paused', waitingFor });
      },
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get negotiated(): Negotiated | undefined {
    return this.#state.type === 'connected' || this.#state.type === 'draining' ? this.#state.negotiated : undefined;
  }

  get closed(): Promise<ConnectionEnd> {
    return this.#end.promise;
  }

  /** Whether there has been a connection at some time. */
  get wasConnected(): boolean {
    return this.#plan.wasConnected;
  }

  /** How it ends, as soon as that is decided. */
  get end(): ConnectionEnd | undefined {
    return this.#end.value;
  }

  open({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Negotiated> {
    if (signal?.aborted === true) return Promise.reject(openingAborted(signal.reason));
    if (this.#state.type === 'idle') this.#warnOnce();
    this.#feed({ type: 'open' });
    return waitForOpen(this, signal);
  }

  publish(topic: string, payload: Payload, options: PublishOptions = {}): Publication {
    const { publishDefaults } = this.#options;
    return this.#data.publish(topic, payload, publishDefaults === undefined ? options : publishDefaults.apply(topic, options));
  }

  subscribe(
    filters: string | readonly string[] | FilterSet,
    options: SubscribeOptions,
    observer: MessageListener | SubscriptionObserver,
  ): Subscription {
    if (this.end !== undefined) throw new ClosedError('the connection has ended; create a new one to subscribe');
    if (this.#state.type === 'draining') throw new ClosedError('the connection is draining and takes no new subscriptions');
    return this.#data.subscribe(filters, options, checkObserver(observer));
  }

  stats(): ConnectionStats {
    const connectedFor = this.#connectedAt === undefined ? undefined : this.#dependencies.clock.now() - this.#connectedAt;
    return connectionStats(this.#traffic, this.#emitter.counts, this.#data.queues, connectedFor);
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  reconnectNow(): void {
    // Who has just heard of the loss may call it too: then nothing is waited for yet.
    if (this.#state.type === 'reconnecting') this.#schedule.start(undefined);
    this.#schedule.now();
  }

  ping(): Promise<number> {
    if (this.#wire === undefined) return Promise.reject(new NotConnectedError('a ping needs one'));
    return this.#pings.ping(this.#wire);
  }

  async reauthenticate(): Promise<void> {
    if (this.#options.authentication === undefined) {
      throw new UnsupportedError('there is nothing to renew: the connection was made without the option `authentication`');
    }
    const renewal = this.negotiated === undefined ? undefined : this.#attempts.renew();
    if (renewal === undefined) throw new NotConnectedError('the next attempt authenticates anyway');
    await renewal;
  }

  drain({ deadline, ...goodbye }: DrainOptions = {}): Promise<DrainReport> {
    const refusal = this.#farewell.wish(goodbye);
    if (refusal !== undefined) return Promise.reject(refusal);
    this.#drained ??= this.#startDraining(deadline);
    return this.#drained;
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const refusal = this.#farewell.wish(options);
    if (refusal !== undefined) throw refusal;
    this.#feed({ type: 'close' });
    await this.#end.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  #warnOnce(): void {
    for (const what of this.#options.warnings) this.#emitter.emit('warning', { error: undefined, what });
  }

  #feed(input: ConnectionInput): void {
    const { state, effects } = transition(this.#state, input);
    const changed = state !== this.#state;
    this.#state = state;
    // Who hears of a state finds it so: over, or resumed. But who hears that an attempt begins may still prevent it.
    const begins = (effect: ConnectionEffect): boolean => effect === 'attempt' || effect === 'schedule';
    for (const effect of effects) if (!begins(effect)) this.#carryOut(effect);
    if (changed && this.#state === state) this.#emitter.emit('state', state);
    for (const effect of effects) if (begins(effect) && this.#state === state) this.#carryOut(effect);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect) {
      case 'attempt':
        this.#policy.abort();
        this.#data.restore((error, identity) => {
          if (this.end !== undefined) return;
          this.#plan.restored(identity);
          if (error === undefined) this.#attempts.start(this.#retry.attempt);
          else this.#feed({ type: 'lost', cause: error, by: 'client', retry: undefined });
        });
        return;
      case 'schedule':
        this.#schedule.start(this.#retry.waitingFor === undefined ? this.#retry.delay : undefined);
        return;
      case 'stop':
        this.#policy.abort();
        this.#schedule.stop();
        this.#attempts.abort();
        return;
      case 'resume':
        if (this.#wire !== undefined && this.negotiated !== undefined) this.#data.connected(this.#wire, this.negotiated);
        return;
      case 'finish':
        this.#finish();
        return;
      default:
        assertNever(effect);
    }
  }

  #accepted(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    this.#connectedAt = this.#dependencies.clock.now();
    this.#feed({ type: 'accepted', negotiated });
  }

  #lost(error: MqttError, by: EndedBy): void {
    const lasted = this.#connectedAt === undefined ? undefined : this.#dependencies.clock.now() - this.#connectedAt;
    const { attempt } = this.#retry;
    this.#disconnect(error);
    if (lasted === undefined) this.#emitter.emit('attemptFailed', { attempt, error, by });
    else this.#emitter.emit('lost', { error, by });
    const freshCredentials = typeof this.#options.credentials === 'function';
    const stable = lasted !== undefined && lasted >= (this.#options.reconnect?.resetAfter ?? 0);
    const outlook = this.#endpoints.lost(error, { connected: lasted !== undefined, stable });
    let type: 'lost' | 'decided' = 'lost';
    const undecided = this.#policy.decide({ error, lasted, by, freshCredentials, outlook }, (retry) => {
      if (retry !== undefined) this.#retry = retry;
      this.#feed({ type, cause: error, by, retry });
    });
    if (undecided === undefined) return;
    type = 'decided';
    this.#retry = { ...undecided, waitingFor: 'policy' };
    this.#feed({ type: 'lost', cause: error, by, retry: this.#retry });
  }

  async #startDraining(deadline: number | undefined): Promise<DrainReport> {
    const refuse = (): void => {
      if (this.end === undefined) this.#data.refuse('the connection is draining and takes no new messages');
    };
    if (this.end === undefined) this.#data.stopIntake();
    if (this.#data.unfinished.atWork === 0) refuse();
    this.#feed({ type: 'drain' });
    const target = {
      unfinished: () => this.#data.unfinished,
      refuse,
      buffered: () => this.#wire?.buffered ?? 0,
      hasEnded: () => this.end !== undefined,
      close: () => void this.close(),
    };
    // Listeners that hear of the state may have called `drain()` too: each has its deadline, the last one hears of idleness.
    const drain = new Drain(this.#dependencies.clock, target, deadline);
    this.#drain = drain;
    drain.idle();
    await this.#end.promise;
    drain.stop();
    return this.#unfinished;
  }

  /** Connects anew, so that the server sends again what was not acknowledged; `false` where the session would end with that. */
  #cycle(error: MqttError): boolean {
    const wire = this.#wire;
    const { reconnect } = this.#options;
    const comesBack = reconnect !== undefined && reconnect.maxAttempts > 0 && this.#plan.resumes;
    if (wire === undefined || this.#state.type !== 'connected' || !comesBack) return false;
    wire.end(0, undefined, () => undefined);
    this.#lost(error, 'client');
    return true;
  }

  /** Tells everybody that the wire is gone. */
  #disconnect(error: MqttError): void {
    this.#wire = undefined;
    this.#attempts.forget(error);
    this.#pings.lost(error);
    this.#connectedAt = undefined;
    this.#data.disconnected();
  }

  #finish(): void {
    const { state } = this;
    const failed = state.type === 'failed';
    const end: ConnectionEnd = failed
      ? { type: 'failed', by: state.by, cause: state.cause }
      : { type: 'closed', by: 'user', cause: undefined };
    const { wire } = this.#attempts;
    const isConnected = this.#wire !== undefined;
    const { unsettled, unacknowledged } = this.#data.unfinished;
    this.#unfinished = { unsettled, unacknowledged };
    this.#end.announce(end);
    this.#disconnect(end.cause ?? new ClosedError('the connection was closed'));
    this.#data.close(end.cause);
    this.#farewell.say(wire, isConnected, () => {
      this.#data.closeSession(() => {
        this.#end.settle(end);
      });
    });
  }
}
