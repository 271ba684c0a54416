import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from './within.js';

const BINARY = '/usr/sbin/mosquitto';
const START_DEADLINE = 5_000;

/** Debian's mosquitto on free ports, with a configuration of its own. */
export class Mosquitto {
  readonly port: number;
  readonly webSocketPort: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'rxmqtt-mosquitto-'));
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #output = '';

  constructor(port: number, webSocketPort: number, settings: readonly string[]) {
    this.port = port;
    this.webSocketPort = webSocketPort;
    writeFileSync(
      this.#configFile,
      [
        'user root',
        'allow_anonymous true',
        'max_inflight_messages 1000',
        'max_queued_messages 0',
        `persistence_location ${this.#directory}/`,
        `listener ${String(port)} 127.0.0.1`,
        'protocol mqtt',
        `listener ${String(webSocketPort)} 127.0.0.1`,
        'protocol websockets',
        ...settings,
        '',
      ].join('\n'),
    );
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  get webSocketUrl(): string {
    return `ws://127.0.0.1:${String(this.webSocketPort)}`;
  }

  /** Fulfils when both listeners take connections. */
  async start(): Promise<void> {
    const child = spawn(BINARY, ['-c', this.#configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    this.#exited = new Promise((resolve) => {
      child.once('close', resolve);
    });
    const ready = Promise.all([this.#listens(this.port, child), this.#listens(this.webSocketPort, child)]);
    await within(ready, START_DEADLINE, `mosquitto listens on ${String(this.port)}; it said: ${this.#output}`);
  }

  /** Ends the process; with SIGTERM it saves its sessions first, when persistence is on. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#process?.kill(signal);
    await within(this.#exited, 5_000, `mosquitto ends after ${signal}`);
    this.#process = undefined;
  }

  /** As a crash would. */
  kill(): Promise<void> {
    return this.stop('SIGKILL');
  }

  /** Ends the process and removes its files. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #configFile(): string {
    return join(this.#directory, 'mosquitto.conf');
  }

  async #listens(port: number, child: ChildProcess): Promise<void> {
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${String(child.exitCode)}: ${this.#output}`);
    }
  }
}

/** A running mosquitto. `settings` are further lines of its configuration. */
export async function startMosquitto(...settings: string[]): Promise<Mosquitto> {
  const mosquitto = new Mosquitto(await freePort(), await freePort(), settings);
  await mosquitto.start();
  return mosquitto;
}

/** Fulfils when somebody takes connections there. */
export async function listens(port: number): Promise<void> {
  while (!(await accepts(port)));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/**
 * A free port below the range from which the kernel gives ports to clients: a client that keeps knocking at a port of that
 * range while the broker is down ends up connected to itself, and the broker cannot come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
