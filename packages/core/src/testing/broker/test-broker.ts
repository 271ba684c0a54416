import type { Connection } from '../../connection/connection.js';
import { DefaultConnection } from '../../connection/default-connection.js';
import { systemClock } from '../../internal/clock.js';
import { encodeUtf8 } from '../../internal/utf8.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { PublishProperties } from '../../message/publish-properties.js';
import { InvalidOptionsError, NetworkError } from '../../errors/connection-errors.js';
import type { ConnectionOptions } from '../../options/connection-options.js';
import { OptionChecker } from '../../options/option-checker.js';
import { resolveOptions } from '../../options/resolve-options.js';
import { validateTopicName } from '../../topics/topic-name.js';
import type { WireFactory } from '../../wire/wire.js';
import { BrokerCore } from './broker-core.js';
import { BrokerLink } from './broker-link.js';
import type { BrokerLimits, TestBrokerOptions } from './broker-options.js';
import type { BrokerPacket } from './broker-packet.js';
import type { Fault } from './fault.js';

/** A message that a test publishes from outside, as another client would. */
export interface OutsideMessage {
  readonly topic: string;
  /** Text or bytes. Defaults to nothing. */
  readonly payload?: string | Uint8Array;
  /** Defaults to 0. */
  readonly qos?: QoS;
  /** Defaults to `false`. */
  readonly retain?: boolean;
  readonly properties?: PublishProperties;
}

/** A message that a test broker has accepted. */
export interface AcceptedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The payload as UTF-8 text. */
  readonly text: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties;
  /** Who published it; `undefined` when the test did. */
  readonly clientId: string | undefined;
}

/** A broker of MQTT 5, 3.1.1 and 3.1 in this process: no sockets, and the time of its clock. */
export interface TestBroker {
  /** Makes a connection to it, as `createConnection` does to others; `open()` opens it. */
  createConnection(options?: ConnectionOptions): Connection;
  /** Publishes as another client would. The answer is how many clients get it. */
  publish(message: OutsideMessage): number;
  /** Calls back for each message that is accepted; what it gives ends that. */
  onMessage(listener: (message: AcceptedMessage) => void): () => void;
  /** Every packet that came or was sent, in its order. */
  readonly packets: readonly BrokerPacket[];
  /** The clients that are connected. */
  readonly clients: readonly string[];
  /** The filters that a client's session has. */
  subscriptionsOf(clientId: string): readonly string[];
  /** The retained messages by topic, as text. */
  readonly retained: ReadonlyMap<string, string>;
  /** Adds a fault to the script; what it gives takes it away again. */
  inject(fault: Fault): () => void;
  /** Tells clients other limits from now on; those that are connected keep what they were told. */
  advertise(limits: BrokerLimits): void;
  /** Breaks the connection of a client, or of all. */
  cut(clientId?: string): void;
  /** Breaks all connections, and refuses new ones until `start()`. */
  stop(): void;
  /** Takes connections again. `sessions: 'lost'` has forgotten the sessions. Defaults to `'kept'`. */
  start(options?: { readonly sessions?: 'kept' | 'lost' }): void;
}

const KEYS: Readonly<Record<keyof TestBrokerOptions, true>> = {
  receiveMaximum: true,
  maximumPacketSize: true,
  maximumQoS: true,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionAvailable: true,
  serverKeepAlive: true,
  sessionExpiryInterval: true,
  clock: true,
  latency: true,
  protocolVersions: true,
  overlap: true,
  authenticate: true,
  faults: true,
};

/**
 * Makes a broker for tests.
 * @param options how it behaves; see {@link TestBrokerOptions}. What the connections' jitter draws is always the whole delay.
 * @throws InvalidOptionsError for an option that is none.
 */
export function createTestBroker(options: TestBrokerOptions = {}): TestBroker {
  const check = new OptionChecker();
  if (check.object('', options)) check.keys('', options, Object.keys(KEYS));
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return new DefaultTestBroker(options);
}

class DefaultTestBroker implements TestBroker {
  readonly #options: TestBrokerOptions;
  readonly #clock;
  readonly #core: BrokerCore;
  readonly #packets: BrokerPacket[] = [];
  readonly #listeners = new Set<(message: AcceptedMessage) => void>();
  #stopped = false;

  constructor(options: TestBrokerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#core = new BrokerCore(options, this.#clock, {
      packet: (packet) => this.#packets.push(packet),
      message: ({ expiresAt: _, ...message }, clientId) => {
        const accepted: AcceptedMessage = { ...message, text: textOf(message.payload), clientId };
        for (const listener of [...this.#listeners]) listener(accepted);
      },
    });
  }

  get packets(): readonly BrokerPacket[] {
    return this.#packets;
  }

  get clients(): readonly string[] {
    return [...this.#core.sessions.values()].filter(({ link }) => link !== undefined).map(({ clientId }) => clientId);
  }

  get retained(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.#core.retained.all, ([topic, { payload }]) => [topic, textOf(payload)]));
  }

  createConnection(options: ConnectionOptions = {}): Connection {
    const wires: WireFactory = (request, handlers) => {
      const link = new BrokerLink(request, handlers, this.#clock, this.#core, this.#options.latency ?? 0);
      if (this.#stopped) this.#refuse(link);
      return link;
    };
    return new DefaultConnection(resolveOptions('mqtt://test.invalid', options), {
      wires,
      clock: this.#clock,
      random: () => 1,
    });
  }

  publish({ topic, payload = '', qos = 0, retain = false, properties = {} }: OutsideMessage): number {
    validateTopicName(topic);
    const { messageExpiryInterval, ...rest } = properties;
    const expiresAt = messageExpiryInterval === undefined ? Infinity : this.#clock.now() + messageExpiryInterval * 1000;
    const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload.slice();
    return this.#core.accept({ topic, payload: bytes, qos, retain, properties: rest, expiresAt }, undefined);
  }

  onMessage(listener: (message: AcceptedMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  subscriptionsOf(clientId: string): readonly string[] {
    return [...(this.#core.sessions.get(clientId)?.subscriptions.keys() ?? [])];
  }

  inject(fault: Fault): () => void {
    return this.#core.faults.add(fault);
  }

  advertise(limits: BrokerLimits): void {
    this.#core.limits = { ...this.#core.limits, ...limits };
  }

  cut(clientId?: string): void {
    this.#core.cut(clientId);
  }

  stop(): void {
    this.#stopped = true;
    this.#core.cut();
  }

  start({ sessions = 'kept' }: { readonly sessions?: 'kept' | 'lost' } = {}): void {
    this.#stopped = false;
    if (sessions === 'lost') this.#core.forget();
  }

  /** Nobody listens: the attempt fails, but not before whoever makes it has its wire. */
  #refuse(link: BrokerLink): void {
    link.refuse(new NetworkError(link.request.endpoint.label, 'the test broker is stopped'));
  }
}

const decoder = new TextDecoder();

function textOf(payload: Uint8Array): string {
  return decoder.decode(payload);
}
