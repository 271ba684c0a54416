import type { ConnectionOptions } from '@rxmqtt/core';
import {
  type AcceptedMessage,
  type OutsideMessage,
  type TestBroker as CoreTestBroker,
  type TestBrokerOptions as CoreTestBrokerOptions,
  createTestBroker as createCoreTestBroker,
} from '@rxmqtt/core/testing';
import { Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { RxMqtt } from '../client/rx-mqtt.js';
import { any, check, fields, number } from '../internal/rules.js';
import { rememberWill } from '../presence/presence-will.js';
import { schedulerClock } from './scheduler-clock.js';

const TEN_MINUTES = 600_000;

/** How a test broker behaves, and whose time it lives in. */
export interface TestBrokerOptions extends CoreTestBrokerOptions {
  /** The scheduler whose time it lives in, such as a `TestScheduler`. Wins over `clock`. */
  readonly scheduler?: SchedulerLike;
  /**
   * Milliseconds of the scheduler's time after which nothing happens any more: connections ping for ever, and virtual time
   * would never end. Defaults to 600,000.
   */
  readonly horizon?: number;
}

/** What the broker is to be like, it says itself. */
const OPTIONS = fields<TestBrokerOptions>({
  ...{ receiveMaximum: any, maximumPacketSize: any, maximumQoS: any, retainAvailable: any },
  ...{ wildcardSubscriptionAvailable: any, subscriptionIdentifiersAvailable: any, sharedSubscriptionAvailable: any },
  ...{ serverKeepAlive: any, sessionExpiryInterval: any, clock: any, latency: any, protocolVersions: any },
  ...{ overlap: any, authenticate: any, faults: any, scheduler: any },
  horizon: number(0, Infinity),
});

/** A broker in this process, for clients that speak Observables. */
export interface TestBroker extends CoreTestBroker {
  /** Makes a client of it, as `connect` does of others; the first use opens it. */
  connect(options?: ConnectionOptions): Mqtt;
  /** Every message that is accepted. Hot, no replay; never completes and never errors. */
  readonly messages$: Observable<AcceptedMessage>;
  /** Publishes what comes, as another client would; an error of the source is thrown. Such as `hot('-a-b', { a: { topic, payload } })`. */
  feed(source$: Observable<OutsideMessage>): Subscription;
}

/**
 * Makes a broker for tests: MQTT 5, 3.1.1 and 3.1 without sockets. With a `TestScheduler` reconnects, keepalive, backoff and
 * expiry take no time.
 *
 * @throws InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * testScheduler.run(({ hot, expectObservable }) => {
 *   const broker = createTestBroker({ scheduler: testScheduler });
 *   const mqtt = broker.connect();
 *   broker.feed(hot('--a-b', { a: { topic: 'a', payload: '1' }, b: { topic: 'b', payload: '2' } }));
 *
 *   expectObservable(mqtt.observe('+', { codec: text() }).pipe(map(({ value }) => value))).toBe('--a-b', { a: '1', b: '2' });
 * });
 * ```
 */
export function createTestBroker(given: TestBrokerOptions = {}): TestBroker {
  check(['', given, OPTIONS]);
  const { scheduler, horizon = TEN_MINUTES, ...options } = given;
  const broker = createCoreTestBroker(
    scheduler === undefined ? options : { ...options, clock: schedulerClock(scheduler, horizon) },
  );
  return {
    createConnection: (own) => broker.createConnection(own),
    publish: (message) => broker.publish(message),
    onMessage: (listener) => broker.onMessage(listener),
    get packets() {
      return broker.packets;
    },
    get clients() {
      return broker.clients;
    },
    get retained() {
      return broker.retained;
    },
    subscriptionsOf: (clientId) => broker.subscriptionsOf(clientId),
    inject: (fault) => broker.inject(fault),
    advertise: (limits) => {
      broker.advertise(limits);
    },
    cut: (clientId) => {
      broker.cut(clientId);
    },
    stop: () => {
      broker.stop();
    },
    start: (how) => {
      broker.start(how);
    },
    connect: (own = {}) => {
      const connection = broker.createConnection(own);
      rememberWill(connection, own.will);
      return new RxMqtt(connection);
    },
    messages$: new Observable((subscriber) =>
      broker.onMessage((message) => {
        subscriber.next(message);
      }),
    ),
    feed: (source$) =>
      source$.subscribe({
        next: (message) => {
          broker.publish(message);
        },
        error: (error: unknown) => {
          throw error;
        },
      }),
  };
}
