import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import {
  createConnection,
  packetLogger,
  type Connection,
  type ConnectionOptions,
  type Plugin,
} from '../../src/index.js';
import { cleanup } from './globals.js';
import { within } from './within.js';

const CHANNELS = ['state', 'attempt-failed', 'lost', 'drop', 'warning', 'congestion', 'packet'].map(
  (name) => `rxmqtt:${name}`,
);

/** Keeps everything that a connection lets anybody see: lines, events, diagnostics, what plugins get, errors, itself. */
export class Witness {
  readonly #seen: unknown[] = [];

  /** Looks at a connection from its creation on; if it cannot be created, at why. */
  connection(url: string, options: ConnectionOptions): Connection | undefined {
    const note = (...things: unknown[]): void => void this.#seen.push(...things);
    const offs = CHANNELS.map((name) => {
      const listener = (message: unknown): void => {
        note(message);
      };
      subscribe(name, listener);
      return () => unsubscribe(name, listener);
    });
    cleanup(() => {
      for (const off of offs) off();
    });
    const logger = { debug: note, info: note, warn: note, error: note };
    try {
      const connection = createConnection(url, {
        reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none', maxAttempts: 2 },
        ...options,
        logger,
        plugins: [curious(note), packetLogger(), ...(options.plugins ?? [])],
      });
      for (const name of ['state', 'attemptFailed', 'lost', 'drop', 'warning', 'congestion'] as const)
        connection.on(name, note);
      note(connection);
      cleanup(() => within(connection.close(), 1_000, 'close()'));
      return connection;
    } catch (error) {
      note(error);
      return undefined;
    }
  }

  /** Looks at one thing more. */
  note(thing: unknown): void {
    this.#seen.push(thing);
  }

  /** Opens it, and waits until that has failed or worked. */
  async open(connection: Connection | undefined): Promise<void> {
    if (connection === undefined) return;
    const failed = connection.open().catch((error: unknown) => {
      this.note(error);
    });
    await within(failed, 8_000, 'open() settles');
    this.note([connection.state, connection.stats(), connection.negotiated]);
  }

  /** All of it, as it would be printed, stored or sent. */
  get everything(): string {
    return this.#seen.flatMap(tracesOf).join('\n');
  }
}

function curious(note: (thing: unknown) => void): Plugin {
  return {
    name: 'curious',
    setup(context) {
      note(context);
      return {
        connect: (attempt) => (note(attempt), undefined),
        packet: note,
        state: note,
        close: note,
      };
    },
  };
}

function tracesOf(thing: unknown): string[] {
  const traces = [
    inspect(thing, { depth: 12, showHidden: true, maxStringLength: Infinity }),
    inspect(thing, { depth: 12, getters: true }),
    asJson(thing),
  ];
  for (const error of errorsIn(thing)) {
    traces.push(error.toString(), error.message, String(error.stack), asJson(error));
    for (const key of Reflect.ownKeys(error))
      traces.push(inspect(Reflect.get(error, key), { depth: 12, showHidden: true }));
  }
  return traces;
}

/** The errors in a thing, with all that are behind them. */
function errorsIn(thing: unknown, depth = 0): Error[] {
  if (typeof thing !== 'object' || thing === null || depth > 6) return [];
  const inner = thing instanceof Error ? [thing.cause] : Object.values(thing);
  return [...(thing instanceof Error ? [thing] : []), ...inner.flatMap((each) => errorsIn(each, depth + 1))];
}

function asJson(thing: unknown): string {
  try {
    return JSON.stringify(thing);
  } catch {
    return '';
  }
}
