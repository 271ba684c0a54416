import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';
import { Watch } from './watch.js';
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

  /** Fulfils when all listeners take connections. */
  async start(): Promise<void> {
    const child = spawn(BINARY, ['-c', this.#configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    const watch = new Watch(() => `it said: ${this.#output}`);
    let phase: 'starting' | 'running' | 'ended' = 'starting';
    this.#output = '';
    const note = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-4_000);
      // Its own word: that somebody takes connections on the port does not say who.
      if (phase === 'starting' && / running$/m.test(this.#output)) phase = 'running';
      watch.changed();
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    this.#exited = new Promise((resolve) => {
      child.once('close', () => {
        phase = 'ended';
        watch.changed();
        resolve();
      });
    });
    const isOver = (): boolean => phase === 'ended';
    await watch.until(() => phase !== 'starting', `mosquitto listens on ${String(this.port)}`, START_DEADLINE);
    if (isOver()) throw new Error(`mosquitto ended with ${String(child.exitCode)}: ${this.#output}`);
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
}

/** A running mosquitto. `settings` are further lines of its configuration. */
export async function startMosquitto(...settings: string[]): Promise<Mosquitto> {
  const mosquitto = new Mosquitto(await freePort(), await freePort(), settings);
  await mosquitto.start();
  return mosquitto;
}
