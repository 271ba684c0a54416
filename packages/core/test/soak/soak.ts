import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createConnection } from '../../src/index.js';
import type { Connection, ConnectionOptions, MqttMessage } from '../../src/index.js';
import { cleanup } from '../support/globals.js';
import { startMosquitto } from '../support/mosquitto.js';
import type { Mosquitto } from '../support/mosquitto.js';
import { startProxy } from '../support/proxy.js';
import type { Link } from '../support/proxy.js';
import { seeded } from '../support/seeded.js';
import { within } from '../support/within.js';
import { Ledger } from './ledger.js';
import { Repeats } from './repeats.js';

const PUBLISHERS = 4;
const SUBSCRIBERS = 4;
/** Messages of one publisher and QoS that are not settled, at most. */
const OUTSTANDING = 200;
/** Milliseconds between looks at memory and handles. */
const SAMPLE = 5_000;

export interface SoakOptions {
  readonly seconds: number;
  /** Seconds between restarts of the broker. */
  readonly restartEvery: number;
  readonly seed: number;
}

export interface SoakResult {
  readonly published: number;
  readonly failed: readonly string[];
  readonly deliveries: number;
  readonly lost: number;
  readonly duplicatesQoS1: number;
  readonly duplicatesQoS2: number;
  /** Where, for a message of failure. */
  readonly doubled: readonly string[];
  /** QoS 2 that the broker sent once more although it was done with it. */
  readonly brokerRepeats: number;
  readonly disorder: number;
  readonly cuts: number;
  readonly restarts: number;
  readonly connections: number;
  readonly warnings: readonly string[];
  readonly drops: number;
  /** How often the broker had forgotten a session that it should have kept. */
  readonly sessionsLost: number;
  /** Bytes of the heap after a collection, and sockets and timers, over time. */
  readonly heap: readonly number[];
  readonly handles: readonly number[];
  /** Milliseconds until everything had come, after the last cut. */
  readonly settling: number;
}

/** Publishers and subscribers on a real broker, behind a network that breaks all the time. */
export class Soak {
  readonly #options: SoakOptions;
  readonly #random: () => number;
  readonly #ledger = new Ledger();
  readonly #repeats = new Repeats();
  readonly #sent = new Map<string, number>();
  readonly #failed: string[] = [];
  readonly #warnings: string[] = [];
  readonly #connections: Connection[] = [];
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #heap: number[] = [];
  readonly #handles: number[] = [];
  #unsettled = 0;
  #drops = 0;
  #sessionsLost = 0;
  #cuts = 0;
  #calm = false;

  constructor(options: SoakOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
  }

  async run(): Promise<SoakResult> {
    const mosquitto = await startMosquitto('persistence true');
    cleanup(() => mosquitto.remove());
    const proxy = await startProxy(mosquitto.port, {
      onLink: (link) => {
        this.#cutSoon(link);
        return this.#repeats.watch();
      },
    });
    cleanup(() => this.#stop());
    await this.#subscribe(mosquitto, proxy.url);
    const publishers = Array.from({ length: PUBLISHERS }, (_, i) =>
      this.#connect(proxy.url, `publisher-${String(i)}`, i),
    );
    for (const [i, publisher] of publishers.entries())
      for (const qos of [1, 2] as const) this.#publish(publisher, `p${String(i)}/q${String(qos)}`, qos);
    this.#every(SAMPLE, () => {
      this.#sample();
    });
    const restarts = await this.#restart(mosquitto);
    this.#calm = true;
    const since = performance.now();
    const done = (): boolean => this.#unsettled === 0 && this.#ledger.isComplete(this.#sent, SUBSCRIBERS);
    while (!done() && performance.now() - since < 60_000) await this.#pause(20);
    const settling = Math.round(performance.now() - since);
    this.#sample();
    return {
      published: [...this.#sent.values()].reduce((sum, count) => sum + count, 0),
      failed: this.#failed,
      deliveries: this.#ledger.deliveries,
      lost: this.#ledger.lost(this.#sent, SUBSCRIBERS),
      duplicatesQoS1: this.#ledger.duplicates(1),
      duplicatesQoS2: this.#ledger.duplicates(2),
      doubled: this.#ledger.doubled,
      brokerRepeats: this.#ledger.repeats,
      disorder: this.#ledger.disorder,
      cuts: this.#cuts,
      restarts,
      connections: proxy.links,
      warnings: [...new Set(this.#warnings)],
      drops: this.#drops,
      sessionsLost: this.#sessionsLost,
      heap: this.#heap,
      handles: this.#handles,
      settling,
    };
  }

  #connect(url: string, clientId: string, index: number): Connection {
    const protocolVersion = index % 2 === 0 ? 5 : 4;
    const options: ConnectionOptions = {
      clientId,
      protocolVersion,
      // mosquitto 2.0.11 saves only sessions that did not begin clean.
      session: { clean: false, ...(protocolVersion === 5 && { expiry: 600 }) },
      reconnect: { initialDelay: 5, maxDelay: 100, resetAfter: 0 },
      // Nobody is to be let go because the machine is busy.
      receive: { ackTimeout: 60_000, maxBytes: 64 << 20 },
    };
    const connection = createConnection(url, options);
    connection.on('warning', ({ error, what }) => this.#warnings.push(`${what}: ${String(error)}`));
    connection.on('drop', () => {
      this.#drops++;
    });
    let isNew = true;
    connection.on('state', (state) => {
      if (state.type !== 'connected') return;
      if (!isNew && !state.negotiated.sessionPresent) this.#sessionsLost++;
      isNew = false;
    });
    connection.open().catch((error: unknown) => this.#failed.push(String(error)));
    this.#connections.push(connection);
    return connection;
  }

  /** Subscribes without cuts: what is published before a subscription need not come. */
  async #subscribe({ url: direct }: Mosquitto, url: string): Promise<void> {
    for (let i = 0; i < SUBSCRIBERS; i++) {
      const connection = this.#connect(url, `subscriber-${String(i)}`, i);
      const subscription = connection.subscribe('soak/#', { qos: 2, ack: i === 2 ? 'manual' : 'auto' }, (message) =>
        this.#take(i, message),
      );
      await within(subscription.ready, 20_000, `subscriber ${String(i)} on ${direct}`);
    }
  }

  /** At once, or later; by itself, or by hand. */
  #take(subscriber: number, message: MqttMessage): void | Promise<void> {
    const { topic, qos } = message;
    const payload = Buffer.from(message.payload).toString();
    const isRepeat = (): boolean => qos === 2 && this.#repeats.has(`subscriber-${String(subscriber)}`, topic, payload);
    this.#ledger.received(subscriber, topic.slice('soak/'.length), Number(payload), isRepeat);
    if (subscriber === 1) return this.#pause(this.#random() * 5);
    if (subscriber === 2) {
      this.#after(this.#random() * 5, () => {
        message.ack();
      });
    }
    return undefined;
  }

  #publish(publisher: Connection, line: string, qos: 1 | 2): void {
    let outstanding = 0;
    this.#sent.set(line, 0);
    const some = (): void => {
      if (this.#calm) return;
      for (let i = 0; i < 2 && outstanding < OUTSTANDING; i++) {
        const number = this.#sent.get(line)!;
        this.#sent.set(line, number + 1);
        outstanding++;
        this.#unsettled++;
        publisher.publish(`soak/${line}`, String(number), { qos }).onSettled((outcome) => {
          outstanding--;
          this.#unsettled--;
          if (outcome.status === 'failed') this.#failed.push(`${line} ${String(number)}: ${outcome.error.code}`);
        });
      }
      this.#after(10 + this.#random() * 10, some);
    };
    some();
  }

  #cutSoon(link: Link): void {
    const timer = this.#after(50 + this.#random() * 450, () => {
      if (this.#calm) return;
      this.#cuts++;
      link.cut(this.#random() < 0.7 ? 'reset' : 'end');
    });
    void link.gone.then(() => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    });
  }

  async #restart(mosquitto: Mosquitto): Promise<number> {
    const { seconds, restartEvery } = this.#options;
    const end = performance.now() + seconds * 1_000;
    let restarts = 0;
    for (;;) {
      const left = end - performance.now();
      await this.#pause(Math.min(left, restartEvery * 1_000));
      if (performance.now() >= end) return restarts;
      await mosquitto.stop('SIGTERM');
      await mosquitto.start();
      restarts++;
    }
  }

  #sample(): void {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    this.#heap.push(process.memoryUsage().heapUsed);
    // Timers apart: they are the test's own.
    this.#handles.push(process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout').length);
  }

  #every(interval: number, action: () => void): void {
    this.#after(interval, () => {
      action();
      this.#every(interval, action);
    });
  }

  #after(delay: number, action: () => void): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delay);
    this.#timers.add(timer);
    return timer;
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      this.#after(delay, resolve);
    });
  }

  async #stop(): Promise<void> {
    this.#calm = true;
    await Promise.all(this.#connections.map((connection) => within(connection.close(), 5_000, 'close()')));
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
