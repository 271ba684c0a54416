import { ClosedError, ConnectionRefusedError, InvalidOptionsError, ProtocolError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { assertNever } from '../internal/assert-never.js';
import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';
import { Emitter } from '../internal/emitter.js';
import type { Random } from '../internal/random.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Payload, Publication, PublishOptions } from '../outbound/publish-options.js';
import type {
  MessageListener,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from '../subscriptions/subscribe-options.js';
import type { Connack } from '../wire/codec/connack-decoder.js';
import { PROTOCOL_ERROR } from '../wire/codec/packet-type.js';
import type { Wire, WireFactory } from '../wire/wire.js';
import { Attempt, type AttemptParameters } from './attempt.js';
import { Backoff, type Retry } from './backoff.js';
import type { Connection, ConnectionEnd, ConnectionEvents, DrainReport } from './connection.js';
import { type ConnectionEffect, type ConnectionInput, transition } from './connection-machine.js';
import type { ConnectionState, EndedBy } from './connection-state.js';
import { DataPlane } from './data-plane.js';
import { EndOfLife } from './end-of-life.js';
import { negotiate } from './negotiate.js';
import type { Negotiated } from './negotiated.js';
import { SessionPlan } from './session-plan.js';
import { openingAborted, waitForOpen } from './wait-for-open.js';

/** What a connection takes from its surroundings. */
export interface ConnectionDependencies {
  readonly wires: WireFactory;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Where subscription identifiers begin. They differ from process to process, so that those of another one that had this
   * session before are not taken for ours. Defaults to 0.
   */
  readonly firstSubscriptionId?: number;
}

/** Milliseconds that `drain()` waits when it is not told. */
const DRAIN_DEADLINE = 10_000;
/** Milliseconds between looks at what the socket still holds while draining. */
const FLUSH_POLL = 20;

/** Runs the machine: turns events of the wire and calls of the user into inputs, and carries out the effects. */
export class DefaultConnection implements Connection {
  readonly #options: ResolvedOptions;
  readonly #dependencies: ConnectionDependencies;
  readonly #emitter: Emitter<ConnectionEvents>;
  readonly #data: DataPlane;
  readonly #plan: SessionPlan;
  readonly #backoff: Backoff;
  readonly #end = new EndOfLife();
  #state: ConnectionState = { type: 'idle' };
  #attempt: Attempt | undefined;
  /** The wire that was accepted. */
  #wire: Wire | undefined;
  #connectedAt: number | undefined;
  #retry: Retry = { attempt: 1, delay: 0 };
  #retryTimer: Timer;
  #onIdle: (() => void) | undefined;
  #drained: Promise<DrainReport> | undefined;
  /** What was under way at the end. */
  #unfinished: DrainReport = { unsettled: 0, unacknowledged: 0 };

  constructor(options: ResolvedOptions, dependencies: ConnectionDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const warn = (error: unknown, what: string): void => {
      this.#emitter.emit('warning', { error, what });
    };
    this.#emitter = new Emitter((error, name) => {
      // A listener of warnings that throws is not warned about: that would never end.
      if (name !== 'warning') warn(error, `a listener of '${name}' threw`);
    });
    this.#data = new DataPlane(options, dependencies.clock, {
      warn,
      drop: (event) => {
        this.#emitter.emit('drop', event);
      },
      congestion: (congested) => {
        this.#emitter.emit('congestion', { congested });
      },
      idle: () => this.#onIdle?.(),
      cycle: (error) => this.#cycle(error),
    }, dependencies.firstSubscriptionId ?? 0);
    this.#plan = new SessionPlan(options);
    this.#backoff = new Backoff(options.reconnect, dependencies.random, warn);
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
    this.#feed({ type: 'open' });
    return waitForOpen(this, signal);
  }

  publish(topic: string, payload: Payload, options: PublishOptions = {}): Publication {
    return this.#data.publish(topic, payload, options);
  }

  subscribe(
    filter: string | readonly string[],
    options: SubscribeOptions,
    observer: MessageListener | SubscriptionObserver,
  ): Subscription {
    if (this.end !== undefined) throw new ClosedError('the connection has ended; create a new one to subscribe');
    if (this.#state.type === 'draining') throw new ClosedError('the connection is draining and takes no new subscriptions');
    checkObserver(observer);
    return this.#data.subscribe(
      Array.isArray(filter) ? (filter as readonly string[]) : [filter as string],
      options,
      typeof observer === 'function' ? { message: observer } : observer,
    );
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  drain({ deadline = DRAIN_DEADLINE }: { readonly deadline?: number } = {}): Promise<DrainReport> {
    this.#drained ??= this.#drain(deadline);
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#feed({ type: 'close' });
    await this.#end.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
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
    const { clock } = this.#dependencies;
    switch (effect) {
      case 'attempt':
        this.#start(this.#retry.attempt);
        return;
      case 'schedule': {
        const { attempt, delay } = this.#retry;
        this.#retryTimer = clock.setTimeout(() => {
          this.#feed({ type: 'due', attempt });
        }, delay);
        return;
      }
      case 'stop':
        clock.clearTimeout(this.#retryTimer);
        this.#attempt?.abort();
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

  #start(number: number): void {
    const { wires, clock } = this.#dependencies;
    const parameters = this.#plan.parameters(number);
    const handlers = {
      ...this.#data.handlers,
      connack: (connack: Connack) => {
        const wire = this.#attempt?.wire;
        if (wire !== undefined) this.#answered(wire, connack, parameters);
      },
      closed: (error: MqttError, by: EndedBy) => {
        this.#lost(error, by);
      },
    };
    this.#attempt = new Attempt(this.#options, parameters, wires, clock, handlers, (error) => {
      this.#lost(error, 'client');
    });
  }

  #answered(wire: Wire, connack: Connack, parameters: AttemptParameters): void {
    const { reasonCode, sessionPresent, properties } = connack;
    if (reasonCode !== 0) {
      wire.destroy();
      if (this.#plan.fallBack(reasonCode)) this.#start(parameters.attempt);
      else this.#lost(new ConnectionRefusedError(this.#options.endpoint.label, reasonCode, properties), 'server');
      return;
    }
    if (this.#plan.isOnlyToClean) {
      this.#plan.cleaned();
      wire.end(0, undefined, () => {
        if (this.end === undefined) this.#start(parameters.attempt);
      });
      return;
    }
    // [MQTT-3.2.2-2]
    if (sessionPresent && parameters.clean) {
      wire.fail(new ProtocolError(PROTOCOL_ERROR, 'a CONNACK claims a session, but none was asked for'));
      return;
    }
    const negotiated = negotiate(parameters, this.#options.keepalive, connack);
    this.#wire = wire;
    this.#connectedAt = this.#dependencies.clock.now();
    this.#plan.accepted(negotiated);
    wire.accept(negotiated.keepalive);
    this.#feed({ type: 'accepted', negotiated });
  }

  #lost(error: MqttError, by: EndedBy): void {
    const lasted = this.#connectedAt === undefined ? undefined : this.#dependencies.clock.now() - this.#connectedAt;
    const { attempt } = this.#retry;
    this.#disconnect();
    if (lasted === undefined) this.#emitter.emit('attemptFailed', { attempt, error, by });
    else this.#emitter.emit('lost', { error, by });
    const freshCredentials = typeof this.#options.credentials === 'function';
    const retry = this.#backoff.next({ error, lasted, by, freshCredentials });
    if (retry !== undefined) this.#retry = retry;
    this.#feed({ type: 'lost', cause: error, by, retry });
  }

  async #drain(deadline: number): Promise<DrainReport> {
    const { clock } = this.#dependencies;
    if (this.end === undefined) this.#data.refuse('the connection is draining and takes no new messages');
    this.#feed({ type: 'drain' });
    const limit = deadline >= 0 ? Math.min(deadline, LONGEST_DELAY) : DRAIN_DEADLINE;
    const timer = clock.setTimeout(() => void this.close(), limit);
    let poll: Timer;
    this.#onIdle = () => {
      clock.clearTimeout(poll);
      // Later than the event that emptied it, so that what its listeners still do is counted too.
      clock.defer(() => {
        const { unsettled, unacknowledged } = this.#data.unfinished;
        if (unsettled > 0 || unacknowledged > 0 || this.end !== undefined) return;
        if ((this.#wire?.buffered ?? 0) === 0) void this.close();
        // What was handed to the socket is not on its way yet.
        else poll = clock.setTimeout(() => this.#onIdle?.(), FLUSH_POLL);
      });
    };
    this.#onIdle();
    await this.#end.promise;
    clock.clearTimeout(timer);
    clock.clearTimeout(poll);
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
  #disconnect(): void {
    this.#wire = undefined;
    this.#attempt = undefined;
    this.#connectedAt = undefined;
    this.#data.disconnected();
  }

  #finish(): void {
    const { state } = this;
    const failed = state.type === 'failed';
    const end: ConnectionEnd = failed
      ? { type: 'failed', by: state.by, cause: state.cause }
      : { type: 'closed', by: 'user', cause: undefined };
    const wire = this.#attempt?.wire;
    const expiry = this.#wire === undefined ? undefined : this.#plan.expiryAtEnd;
    this.#unfinished = this.#data.unfinished;
    this.#end.announce(end);
    this.#disconnect();
    this.#data.close(end.cause);
    const settle = (): void => {
      this.#end.settle(end);
    };
    if (wire === undefined) settle();
    else wire.end(0, expiry, settle);
  }
}

/** At once: an observer without a listener would only be found out by the first message. */
function checkObserver(observer: unknown): void {
  const listener = typeof observer === 'function' ? observer : (observer as { message?: unknown } | null | undefined)?.message;
  if (typeof listener === 'function') return;
  throw new InvalidOptionsError([{ path: 'observer', reason: 'must be a function, or an object with a function `message`' }]);
}
