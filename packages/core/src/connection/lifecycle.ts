import { EndpointPlan } from '../endpoints/endpoint-plan.js';
import { ClosedError, type InvalidOptionsError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { assertNever } from '../internal/assert-never.js';
import type { Clock } from '../internal/clock.js';
import type { Random } from '../internal/random.js';
import type { ConnectionEmitter } from '../observability/connection-emitter.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Wire, WireFactory } from '../wire/wire.js';
import { Attempts } from './attempts.js';
import type { CloseOptions, ConnectionEnd } from './connection.js';
import { type ConnectionEffect, type ConnectionInput, type NextAttempt, transition } from './connection-machine.js';
import type { ConnectionState, EndedBy } from './connection-state.js';
import type { DataPlane } from './data-plane.js';
import { EndOfLife } from './end-of-life.js';
import { Farewell } from './farewell.js';
import type { Negotiated } from './negotiated.js';
import type { Pings } from './pings.js';
import type { PlatformSignals } from './platform-signals.js';
import type { PreparationStep } from './preparation.js';
import { RetryPolicy } from './retry-policy.js';
import { RetrySchedule } from './retry-schedule.js';
import { SessionPlan } from './session-plan.js';

/** What the life of a connection takes from its surroundings, and whom it tells. */
export interface LifecycleDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly signals: PlatformSignals | undefined;
  readonly wires: WireFactory;
  /** Further steps of an attempt, behind those of the options. */
  readonly steps: readonly PreparationStep[];
  readonly emitter: ConnectionEmitter;
  readonly warn: (error: unknown, what: string) => void;
  readonly data: DataPlane;
  readonly pings: Pings;
}

/**
 * The life of a connection: runs the machine, turns events of the wire and calls of the user into inputs, and carries out the
 * effects. Apart from the connection that users see, which asks for things and does not know how they come about.
 */
export class Lifecycle {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #emitter: ConnectionEmitter;
  readonly #data: DataPlane;
  readonly #pings: Pings;
  readonly #plan: SessionPlan;
  readonly #policy: RetryPolicy;
  readonly #schedule: RetrySchedule;
  readonly #endpoints: EndpointPlan;
  readonly #attempts: Attempts;
  readonly #farewell: Farewell;
  readonly end = new EndOfLife();
  #state: ConnectionState = { type: 'idle' };
  /** The state that draining put an end to, before its listeners were through. */
  #drainedFrom: ConnectionState | undefined;
  #wire: Wire | undefined;
  #connectedAt: number | undefined;
  #retry: NextAttempt = { attempt: 1, delay: 0 };

  constructor(options: ResolvedOptions, dependencies: LifecycleDependencies) {
    const { clock, random, signals, wires, steps, emitter, warn, data, pings } = dependencies;
    this.#options = options;
    this.#clock = clock;
    this.#emitter = emitter;
    this.#data = data;
    this.#pings = pings;
    this.#plan = new SessionPlan(options);
    this.#farewell = new Farewell(this.#plan, warn);
    this.#endpoints = new EndpointPlan(options, random, warn);
    this.#attempts = new Attempts(options, this.#plan, this.#endpoints, { clock, wires, steps }, data.handlers, {
      accepted: (wire, negotiated) => {
        this.#accepted(wire, negotiated);
      },
      lost: (error, by) => {
        this.#lost(error, by);
      },
    });
    this.#policy = new RetryPolicy(options.reconnect, { random, clock, warn });
    this.#schedule = new RetrySchedule(clock, options.reconnect?.pauseWhile ?? [], signals, {
      due: () => {
        this.feed({ type: 'due', attempt: this.#retry.attempt });
      },
      paused: (waitingFor) => {
        this.feed({ type: 'paused', waitingFor });
      },
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get negotiated(): Negotiated | undefined {
    return this.#state.type === 'connected' || this.#state.type === 'draining' ? this.#state.negotiated : undefined;
  }

  /** The wire that was accepted. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** Milliseconds since it was. */
  get connectedFor(): number | undefined {
    return this.#connectedAt === undefined ? undefined : this.#clock.now() - this.#connectedAt;
  }

  /** Whether there has been a connection at some time. */
  get wasConnected(): boolean {
    return this.#plan.wasConnected;
  }

  /** Makes the next attempt now. */
  retryNow(): void {
    // Who has just heard of the loss may call it too: then nothing is waited for yet.
    if (this.#state.type === 'reconnecting') this.#schedule.start(undefined);
    this.#schedule.now();
  }

  /** Renews the authentication; `undefined` where there is no connection. */
  renew(): Promise<void> | undefined {
    return this.negotiated === undefined ? undefined : this.#attempts.renew();
  }

  /** How to say goodbye, when it comes to that; answers why that cannot be used. */
  wish(goodbye: CloseOptions): InvalidOptionsError | undefined {
    return this.#farewell.wish(goodbye);
  }

  /** Something has happened, or is asked for. */
  feed(input: ConnectionInput): void {
    const { state, effects } = transition(this.#state, input);
    const before = this.#state;
    const changed = state !== before;
    this.#state = state;
    if (changed && input.type === 'drain') this.#drainedFrom = before;
    // Who hears of a state finds it so: over, or resumed. But who hears that an attempt begins may still prevent it.
    const begins = (effect: ConnectionEffect): boolean => effect === 'attempt' || effect === 'schedule';
    for (const effect of effects) if (!begins(effect)) this.#carryOut(effect);
    if (changed && this.#state === state) this.#emitter.emit('state', state);
    // Draining needs the attempt as well.
    const goesOn = (): boolean =>
      this.#state === state || (this.#state.type === 'draining' && this.#drainedFrom === state);
    for (const effect of effects) if (begins(effect) && goesOn()) this.#carryOut(effect);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect) {
      case 'attempt':
        this.#policy.abort();
        this.#data.dropUnsent();
        if (this.#hasEnded()) return;
        this.#data.restore((error, identity) => {
          if (this.#hasEnded()) return;
          this.#plan.restored(identity);
          if (error === undefined) this.#attempts.start(this.#retry.attempt);
          else this.feed({ type: 'lost', cause: error, by: 'client', retry: undefined });
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
        if (this.#wire !== undefined && this.negotiated !== undefined)
          this.#data.connected(this.#wire, this.negotiated);
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
    this.#connectedAt = this.#clock.now();
    this.feed({ type: 'accepted', negotiated });
  }

  #lost(error: MqttError, by: EndedBy): void {
    const lasted = this.connectedFor;
    const { attempt } = this.#retry;
    this.#disconnect(error);
    // Who hears of it may close the connection: then nothing follows.
    if (this.#hasEnded()) return;
    if (lasted === undefined) this.#emitter.emit('attemptFailed', { attempt, error, by });
    else this.#emitter.emit('lost', { error, by });
    if (this.#hasEnded()) return;
    this.#decide(error, by, lasted);
    this.#data.dropUnsent();
  }

  #hasEnded(): boolean {
    return this.end.value !== undefined;
  }

  /** Whether and when to try again. */
  #decide(error: MqttError, by: EndedBy, lasted: number | undefined): void {
    const freshCredentials = typeof this.#options.credentials === 'function';
    const stable = lasted !== undefined && lasted >= (this.#options.reconnect?.resetAfter ?? 0);
    const outlook = this.#endpoints.lost(error, { connected: lasted !== undefined, stable });
    let type: 'lost' | 'decided' = 'lost';
    const undecided = this.#policy.decide({ error, lasted, by, freshCredentials, outlook }, (retry) => {
      if (retry !== undefined) this.#retry = retry;
      this.feed({ type, cause: error, by, retry });
    });
    if (undecided === undefined) return;
    type = 'decided';
    this.#retry = { ...undecided, waitingFor: 'policy' };
    this.feed({ type: 'lost', cause: error, by, retry: this.#retry });
  }

  /** Connects anew, so that the server sends again what was not acknowledged; `false` where the session would end with that. */
  cycle(error: MqttError): boolean {
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
    const state = this.#state;
    const failed = state.type === 'failed';
    const end: ConnectionEnd = failed
      ? { type: 'failed', by: state.by, cause: state.cause }
      : { type: 'closed', by: 'user', cause: undefined };
    const { wire } = this.#attempts;
    const isConnected = this.#wire !== undefined;
    const { unsettled, unacknowledged } = this.#data.unfinished;
    this.end.unfinished = { unsettled, unacknowledged };
    this.end.announce(end);
    this.#disconnect(end.cause ?? new ClosedError('the connection was closed'));
    this.#data.close(end.cause);
    this.#farewell.say(wire, isConnected, () => {
      this.#data.closeSession(() => {
        this.end.settle(end);
      });
    });
  }
}
