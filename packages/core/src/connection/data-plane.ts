import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import { ClosedError, UnsupportedError } from '../errors/connection-errors.js';
import { quoteText } from '../errors/quote-text.js';
import { StoreError } from '../errors/store-error.js';
import { Inbound } from '../inbound/inbound.js';
import { Pressure } from '../inbound/pressure.js';
import type { Clock } from '../internal/clock.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { Outbound } from '../outbound/outbound.js';
import type { Payload, Publication, PublishOptions } from '../outbound/publish-options.js';
import type { InboundMessage } from '../message/inbound-message.js';
import type { QueueDepths } from '../observability/connection-stats.js';
import type { MessagePipeline } from '../plugins/message-pipeline.js';
import type { PluggedDelivery } from '../plugins/plugged-delivery.js';
import type { Plugins } from '../plugins/plugins.js';
import { type Adopt, DurableSession } from '../session/durable-session.js';
import { PacketIds } from '../session/packet-ids.js';
import type { StoredSession } from '../session/read-session.js';
import type { SessionIdentity } from '../session/session-record.js';
import { InheritedFilters } from '../subscriptions/inherited-filters.js';
import { Router } from '../subscriptions/router.js';
import type { Filters } from '../subscriptions/resolve-filters.js';
import type { SubscribeOptions, Subscription, SubscriptionObserver } from '../subscriptions/subscribe-options.js';
import { SubscriptionRegistry } from '../subscriptions/subscription-registry.js';
import { canPause } from '../wire/can-pause.js';
import { PacketType } from '../wire/codec/packet-type.js';
import type { Wire, WireHandlers } from '../wire/wire.js';
import type { DataPlaneEvents } from './data-plane-events.js';
import type { Negotiated } from './negotiated.js';
import { continues } from './session-plan.js';
import type { Unfinished } from './unfinished.js';

/** The rooms that move messages, wired together. They outlive connections and are lent a wire while there is one. */
export class DataPlane {
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #registry: SubscriptionRegistry;
  readonly #pressure: Pressure;
  /** What plugins make of messages, where there are some. */
  readonly #pipeline: MessagePipeline | undefined;
  readonly #plugged: PluggedDelivery | undefined;
  /** What outlives the process, where something does. */
  readonly #session: DurableSession | undefined;
  readonly #adopt: Adopt;
  readonly #inherited: InheritedFilters;
  #wire: Wire | undefined;
  /** Packets of the wire that are about messages. */
  readonly handlers: Omit<WireHandlers, 'connack' | 'auth' | 'closed'>;

  /** @param firstSubscriptionId where subscription identifiers begin. */
  constructor(
    options: ResolvedOptions,
    clock: Clock,
    events: DataPlaneEvents,
    firstSubscriptionId: number,
    plugins?: Plugins,
  ) {
    const ids = new PacketIds();
    const router = new Router();
    this.#pipeline = plugins?.messages;
    this.#plugged = plugins?.around(router, (event) => {
      events.drop(event);
    });
    const warn = (error: unknown, what: string): void => {
      events.warn(error, what);
    };
    const session = options.store === undefined ? undefined : new DurableSession(options.store, clock, warn);
    this.#session = session;
    this.#adopt = (stored) => this.#adoptSession(stored, options, events);
    this.#outbound = new Outbound(options.outbound, ids, clock, events, session?.journal);
    this.#inbound = new Inbound(options.inbound, this.#plugged ?? router, clock, events, session?.received);
    this.#pressure = new Pressure(() => this.#outbound.unacknowledged > 0 || this.#registry.pending > 0);
    this.#registry = new SubscriptionRegistry(
      router,
      ids,
      clock,
      {
        warn,
        drop: ({ topic, qos }, reason) => {
          events.drop({ direction: 'in', topic, qos, reason, error: undefined });
        },
        leave: (message, handling, hold) => {
          this.#inbound.leave(message, handling, hold);
        },
        pressure: (high) => {
          this.#pressure.change(high);
        },
        isPaused: () => this.#pressure.isPaused,
        afterRead: (callback) => {
          clock.defer(callback);
        },
        idle: () => {
          events.idle();
        },
        arrived: (subscription) => {
          this.#inbound.offer(subscription);
        },
        exchanged: () => {
          this.#pressure.update();
        },
        told: (filters, proceed) => {
          if (session === undefined) proceed();
          else session.filters.told(filters, proceed);
        },
        gone: (filter) => session?.filters.gone(filter),
      },
      firstSubscriptionId,
    );
    this.#inherited = new InheritedFilters(clock, options.inbound.graceTime, (filter) => {
      this.#registry.inherit(filter);
    });
    this.handlers = this.#createHandlers();
  }

  /** What waits where. */
  get queues(): QueueDepths {
    const { messages, bytes, senders } = this.#outbound.waiting;
    return {
      outbox: messages,
      outboxBytes: bytes,
      waiting: senders,
      inFlight: this.#outbound.unacknowledged,
      unacknowledged: this.#inbound.unacknowledged,
      unhandled: this.#registry.unhandled,
      held: this.#inbound.held,
    };
  }

  get unfinished(): Unfinished {
    const { unhandled } = this.#registry;
    return {
      unsettled: this.#outbound.pending,
      unacknowledged: this.#inbound.unacknowledged + unhandled,
      atWork: this.#inbound.atWork + unhandled,
    };
  }

  /** Takes over what an earlier process has left, and calls back: at once where there is nothing like that. */
  restore(callback: (error: MqttError | undefined, identity: SessionIdentity | undefined) => void): void {
    const session = this.#session;
    if (session === undefined) callback(undefined, undefined);
    else {
      session.restore(this.#adopt, (error) => {
        callback(error, session.identity);
      });
    }
  }

  publish(topic: string, payload: Payload, options: PublishOptions): Publication {
    // Whoever waits for `stored` may do so before the connection is opened.
    this.#session?.restore(this.#adopt);
    const publication =
      this.#pipeline === undefined
        ? this.#outbound.publish(topic, payload, options)
        : this.#publishThrough(this.#pipeline, topic, payload, options);
    if (this.#pressure.isPaused) this.#pressure.update();
    return publication;
  }

  subscribe(filters: Filters, options: SubscribeOptions, observer: SubscriptionObserver): Subscription {
    // Whatever else is wrong with the options is told by the registry.
    if ((options as SubscribeOptions | null)?.overflow === 'pause' && !canPause()) {
      throw new UnsupportedError(
        "browsers cannot pause a WebSocket, so the overflow policy 'pause' cannot be kept here",
      );
    }
    return this.#registry.subscribe(filters, options, observer);
  }

  /** Lends a wire to everybody who was waiting for one. Listeners on the way may take it away again. */
  connected(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    const { sessionPresent, protocolVersion, clientId } = negotiated;
    this.#inbound.connected({ wire, sessionPresent, modern: protocolVersion === 5 });
    if (this.#session === undefined) {
      this.#resume(wire, negotiated);
      return;
    }
    // Nothing may show that the store does not know: who we are, and that what belonged to a lost session is void.
    this.#session.accepted(clientId);
    this.#session.journal.whenWritten(() => {
      if (this.#isLent(wire)) this.#resume(wire, negotiated);
    });
  }

  /** The wire is gone. */
  disconnected(): void {
    this.#wire = undefined;
    this.#inherited.disconnected();
    this.#outbound.disconnected();
    this.#inbound.disconnected();
    this.#registry.disconnected();
    this.#pressure.disconnected();
  }

  /** The loss was told, or there is to be another wire: gives up what was only for the one that is gone. */
  dropUnsent(): void {
    this.#outbound.dropUnsent();
  }

  /** Delivers nothing new. */
  stopIntake(): void {
    this.#inbound.refuse();
  }

  /** Takes nothing new to publish. */
  refuse(why: string): void {
    this.#outbound.refuse(() => new ClosedError(why));
  }

  /** Settles everything, for good: with what the connection has failed with, or because the user closed it. */
  close(cause: MqttError | undefined): void {
    this.disconnected();
    const why = cause === undefined ? 'the connection was closed' : `the connection has failed: ${cause.message}`;
    const options = cause === undefined ? {} : { cause };
    this.#outbound.refuse(() => new ClosedError(`${why}; create a new one to publish`, options));
    this.#outbound.close(({ wasSent, recorded }) => {
      if (recorded)
        return new ClosedError(`${why}; the message is in the session store, for whoever opens that next`, options);
      return new ClosedError(wasSent ? `${why}; the message may still have arrived` : why, options);
    });
    this.#inbound.end();
    this.#registry.close(cause);
    this.#inbound.close();
  }

  /** Writes the last steps into the store and closes it, if there is one. */
  closeSession(callback: () => void): void {
    if (this.#session === undefined) callback();
    else this.#session.close(callback);
  }

  #resume(wire: Wire, negotiated: Negotiated): void {
    if (this.#session !== undefined) this.#inherited.connected(negotiated.sessionPresent);
    // Subscriptions do not wait behind what is published.
    this.#registry.connected(wire, negotiated);
    if (this.#isLent(wire)) this.#outbound.connected(wire, negotiated);
    if (this.#isLent(wire)) this.#pressure.connected(wire);
  }

  #adoptSession(stored: StoredSession, options: ResolvedOptions, events: DataPlaneEvents): ReturnType<Adopt> {
    const { identity, received, filters } = stored;
    const bad = this.#outbound.restore(stored.messages);
    this.#inbound.restore(received);
    this.#inherited.restore(filters);
    if (identity !== undefined && !continues(options, identity)) {
      const what = `the session store is that of ${quoteText(identity.clientId)}; its messages go out under the name ${quoteText(options.clientId)}`;
      events.warn(new StoreError(what), what);
      this.#outbound.forgetSession();
      this.#inbound.forgetSession();
      this.#inherited.forget();
    }
    return bad;
  }

  #isLent(wire: Wire): boolean {
    return this.#wire === wire;
  }

  #publishThrough(pipeline: MessagePipeline, topic: string, payload: Payload, options: PublishOptions): Publication {
    const changed = pipeline.outgoing(topic, payload, options);
    return isMqttError(changed)
      ? this.#outbound.fail(topic, changed)
      : this.#outbound.publish(changed.topic, changed.payload, changed.options);
  }

  /** What a plugin has refused is not delivered, but it is acknowledged in its turn as everything is. */
  #receiveThrough(pipeline: MessagePipeline, message: InboundMessage): void {
    const changed = pipeline.incoming(message);
    if (isMqttError(changed)) this.#plugged?.refuse(message, changed);
    this.#inbound.publish(isMqttError(changed) ? message : changed);
  }

  #createHandlers(): DataPlane['handlers'] {
    const pipeline = this.#pipeline;
    return {
      publish:
        pipeline === undefined
          ? (message) => {
              this.#inbound.publish(message);
            }
          : (message) => {
              this.#receiveThrough(pipeline, message);
            },
      ack: (type, ack) => {
        if (type === PacketType.pubrel) this.#inbound.released(ack.packetId);
        else this.#outbound.acknowledged(type, ack);
        this.#registry.retry();
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
    };
  }
}
