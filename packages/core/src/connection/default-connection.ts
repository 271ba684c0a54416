import {
  ClosedError,
  ConnectionRefusedError,
  ProtocolError,
  UnsupportedError,
} from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { Inbound } from '../inbound/inbound.js';
import { Pressure } from '../inbound/pressure.js';
import { assertNever } from '../internal/assert-never.js';
import type { Clock, Timer } from '../internal/clock.js';
import { Emitter } from '../internal/emitter.js';
import type { Random } from '../internal/random.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { Outbound } from '../outbound/outbound.js';
import type { Payload, Publication, PublishOptions } from '../outbound/publish-options.js';
import { PacketIds } from '../session/packet-ids.js';
import { Router } from '../subscriptions/router.js';
import type {
  MessageListener,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from '../subscriptions/subscribe-options.js';
import { SubscriptionRegistry } from '../subscriptions/subscription-registry.js';
import { PROTOCOL_ERROR, PacketType } from '../wire/codec/packet-type.js';
import { canPause } from '../wire/can-pause.js';
import type { Connack } from '../wire/codec/connack-decoder.js';
import type { Wire, WireFactory, WireHandlers } from '../wire/wire.js';
import { Attempt, type AttemptParameters } from './attempt.js';
import { Backoff } from './backoff.js';
import type { Connection, ConnectionEnd, ConnectionEvents, DrainReport, DropEvent } from './connection.js';
import { type ConnectionEffect, type ConnectionInput, transition } from './connection-machine.js';
import type { ConnectionState, EndedBy } from './connection-state.js';
import { EndOfLife } from './end-of-life.js';
import { negotiate } from './negotiate.js';
import type { Negotiated } from './negotiated.js';
import { SessionPlan } from './session-plan.js';

/** What a connection takes from its surroundings. */
export interface ConnectionDependencies {
  readonly wires: WireFactory;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds that `drain()` waits when it is not told. */
const DRAIN_DEADLINE = 10_000;

/** Runs the machine: turns events of the wire and calls of the user into inputs, and carries out the effects. */
export class DefaultConnection implements Connection {
  readonly #options: ResolvedOptions;
  readonly #dependencies: ConnectionDependencies;
  readonly #emitter: Emitter<ConnectionEvents>;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #registry: SubscriptionRegistry;
  readonly #pressure: Pressure;
  readonly #plan: SessionPlan;
  readonly #backoff: Backoff;
  readonly #end = new EndOfLife();
  #state: ConnectionState = { type: 'idle' };
  #attempt: Attempt | undefined;
  #wire: Wire | undefined;
  #connectedAt: number | undefined;
  #retry: { readonly attempt: number; readonly delay: number } | undefined;
  #retryTimer: Timer;
  #onIdle: (() => void) | undefined;
  #drained: Promise<DrainReport> | undefined;

  constructor(options: ResolvedOptions, dependencies: ConnectionDependencies) {
    const { clock, random } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    const warn = (error: unknown, what: string): void => {
      this.#emitter.emit('warning', { error, what });
    };
    this.#emitter = new Emitter((error, name) => {
      // A listener of warnings that throws is not warned about: that would never end.
      if (name !== 'warning') warn(error, `a listener of '${name}' threw`);
    });
    const ids = new PacketIds();
    const router = new Router();
    const idle = (): void => this.#onIdle?.();
    const drop = (event: DropEvent): void => {
      this.#emitter.emit('drop', event);
    };
    this.#outbound = new Outbound(options.outbound, ids, clock, {
      drop,
      warn,
      congestion: (congested) => {
        this.#emitter.emit('congestion', { congested });
      },
      idle,
    });
    this.#inbound = new Inbound(options.inbound, router, clock, { drop, warn, idle, cycle: (error) => this.#cycle(error) });
    this.#pressure = new Pressure(() => this.#outbound.unacknowledged > 0 || this.#registry.pending > 0);
    this.#registry = new SubscriptionRegistry(router, ids, clock, {
      warn,
      drop: ({ topic, qos }, reason) => {
        drop({ direction: 'in', topic, qos, reason, error: undefined });
      },
      leave: (message, handling, hold) => {
        this.#inbound.leave(message, handling, hold);
      },
      pressure: (high) => {
        this.#pressure.change(high);
      },
      isPaused: () => this.#pressure.isPaused,
      arrived: (subscription) => {
        this.#inbound.offer(subscription);
      },
      exchanged: () => {
        this.#pressure.update();
      },
    });
    this.#plan = new SessionPlan(options);
    this.#backoff = new Backoff(options.reconnect, random);
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

  open({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Negotiated> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        const { negotiated } = this;
        if (negotiated !== undefined) resolve(negotiated);
        else if (this.#end.value === undefined) return false;
        else reject(this.#end.value.cause ?? new ClosedError('the connection is closed; create a new one'));
        return true;
      };
      if (signal?.aborted === true) {
        reject(new ClosedError('opening the connection was aborted', { cause: signal.reason }));
        return;
      }
      this.#feed({ type: 'open' });
      if (settle()) return;
      const stop = this.on('state', () => {
        if (!settle()) return;
        stop();
        signal?.removeEventListener('abort', onAbort);
      });
      const onAbort = (): void => {
        stop();
        reject(new ClosedError('opening the connection was aborted', { cause: signal?.reason }));
        void this.close();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  publish(topic: string, payload: Payload, options: PublishOptions = {}): Publication {
    const publication = this.#outbound.publish(topic, payload, options);
    if (this.#pressure.isPaused) this.#pressure.update();
    return publication;
  }

  subscribe(
    filter: string | readonly string[],
    options: SubscribeOptions,
    observer: MessageListener | SubscriptionObserver,
  ): Subscription {
    if (this.#end.value !== undefined) throw new ClosedError('the connection has ended; create a new one to subscribe');
    if (this.#state.type === 'draining') throw new ClosedError('the connection is draining and takes no new subscriptions');
    if (options.overflow === 'pause' && !canPause()) {
      throw new UnsupportedError("browsers cannot pause a WebSocket, so the overflow policy 'pause' cannot be kept here");
    }
    return this.#registry.subscribe(
      typeof filter === 'string' ? [filter] : filter,
      options,
      typeof observer === 'function' ? { message: observer } : observer,
    );
  }

  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  drain({ deadline = DRAIN_DEADLINE }: { readonly deadline?: number } = {}): Promise<DrainReport> {
    this.#drained ??= new Promise((resolve) => {
      const finish = (): void => {
        clock.clearTimeout(timer);
        this.#onIdle = undefined;
        const report = { unsettled: this.#outbound.pending + abandoned, unacknowledged: this.#inbound.unacknowledged };
        void this.close().then(() => {
          resolve(report);
        });
      };
      const { clock } = this.#dependencies;
      const timer = clock.setTimeout(finish, deadline);
      // A connection that was never opened has nothing under way: what waits is given up at once.
      const abandoned = this.#state.type === 'idle' ? this.#outbound.pending : 0;
      this.#outbound.refuse(() => new ClosedError('the connection is draining and takes no new messages'));
      this.#inbound.refuse();
      this.#feed({ type: 'drain' });
      this.#onIdle = () => {
        // Later than the event that emptied it, so that what its listeners still do is counted too.
        clock.defer(() => {
          if (this.#outbound.pending === 0 && this.#inbound.unacknowledged === 0) finish();
        });
      };
      this.#onIdle();
    });
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
    if (input.type === 'lost') this.#retry = input.retry;
    // Who hears of a state finds it so: over, or resumed. But who hears that an attempt begins may still prevent it.
    const begins = (effect: ConnectionEffect): boolean => effect === 'attempt' || effect === 'schedule';
    for (const effect of effects) if (!begins(effect)) this.#carryOut(effect);
    if (changed && this.#state === state) this.#emitter.emit('state', state);
    for (const effect of effects) if (begins(effect) && this.#state === state) this.#carryOut(effect);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect) {
      case 'attempt':
        this.#start(this.#state.type === 'connecting' ? this.#state.attempt : (this.#retry?.attempt ?? 1));
        return;
      case 'schedule': {
        const { attempt, delay } = this.#retry!;
        this.#retryTimer = this.#dependencies.clock.setTimeout(() => {
          this.#feed({ type: 'due', attempt });
        }, delay);
        return;
      }
      case 'stop':
        this.#dependencies.clock.clearTimeout(this.#retryTimer);
        this.#attempt?.abort();
        return;
      case 'resume':
        this.#resume();
        return;
      case 'finish':
        this.#finish();
        return;
      default:
        assertNever(effect);
    }
  }

  #start(number: number): void {
    const parameters = this.#plan.parameters(number);
    const handlers: WireHandlers = {
      connack: (connack) => {
        const wire = this.#attempt?.wire;
        if (wire !== undefined) this.#answered(wire, connack, parameters);
      },
      publish: (message) => {
        this.#inbound.publish(message);
      },
      ack: (type, ack) => {
        if (type === PacketType.pubrel) this.#inbound.released(ack.packetId);
        else this.#outbound.acknowledged(type, ack);
        this.#pressure.update();
      },
      suback: (ack) => {
        this.#registry.suback(ack);
      },
      unsuback: (ack) => {
        this.#registry.unsuback(ack);
      },
      drain: () => {
        this.#outbound.pump();
      },
      closed: (error, by) => {
        this.#lost(error, by);
      },
    };
    const { wires, clock } = this.#dependencies;
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

  /** Hands the wire to everybody who was waiting for it. Listeners on the way may close the connection. */
  #resume(): void {
    const { negotiated } = this;
    const wire = this.#wire;
    if (wire === undefined || negotiated === undefined) return;
    const { sessionPresent } = negotiated;
    this.#inbound.connected({ wire, sessionPresent, modern: negotiated.protocolVersion === 5 });
    // Subscriptions do not wait behind what is published.
    this.#registry.connected(wire, negotiated);
    if (this.#wire === wire) this.#outbound.connected(wire, negotiated);
    if (this.#wire === wire) this.#pressure.connected(wire);
  }

  #lost(error: MqttError, by: EndedBy): void {
    const { clock } = this.#dependencies;
    const attempt = this.#state.type === 'connecting' ? this.#state.attempt : (this.#retry?.attempt ?? 1);
    const lasted = this.#connectedAt === undefined ? undefined : clock.now() - this.#connectedAt;
    this.#disconnect();
    if (lasted === undefined) this.#emitter.emit('attemptFailed', { attempt, error, by });
    else this.#emitter.emit('lost', { error, by });
    const freshCredentials = typeof this.#options.credentials === 'function';
    this.#feed({ type: 'lost', cause: error, by, retry: this.#backoff.next({ error, lasted, freshCredentials }) });
  }

  /** Connects anew, so that the server sends again what was not acknowledged; `false` where the session would end with that. */
  #cycle(error: MqttError): boolean {
    const wire = this.#wire;
    if (wire === undefined || this.#state.type !== 'connected' || !this.#plan.resumes) return false;
    wire.end(0, undefined, () => undefined);
    this.#lost(error, 'client');
    return true;
  }

  /** Tells everybody that the wire is gone. */
  #disconnect(): void {
    this.#wire = undefined;
    this.#attempt = undefined;
    this.#connectedAt = undefined;
    this.#outbound.disconnected();
    this.#inbound.disconnected();
    this.#registry.disconnected();
    this.#pressure.disconnected();
  }

  #finish(): void {
    const { state } = this;
    const attempt = this.#attempt;
    const connected = this.#wire !== undefined;
    const cause = state.type === 'failed' ? state.cause : undefined;
    const end: ConnectionEnd = { type: cause === undefined ? 'closed' : 'failed', by: state.type === 'failed' ? state.by : 'user', cause };
    this.#disconnect();
    const why = cause === undefined ? 'the connection was closed' : `the connection has failed: ${cause.message}`;
    const options = cause === undefined ? {} : { cause };
    this.#outbound.refuse(() => new ClosedError(`${why}; create a new one to publish`, options));
    this.#outbound.close(
      (message) => new ClosedError(`${why}${message.wasSent ? '; the message may still have arrived' : ''}`, options),
    );
    this.#registry.close(cause);
    const wire = attempt?.wire;
    if (wire === undefined) this.#end.settle(end);
    else {
      wire.end(0, connected ? this.#plan.expiryAtEnd : undefined, () => {
        this.#end.settle(end);
      });
    }
    this.#end.announce(end);
  }
}
