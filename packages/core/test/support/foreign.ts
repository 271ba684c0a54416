import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cleanup } from './globals.js';
import { Watch } from './watch.js';
import { within } from './within.js';

type QoS = 0 | 1 | 2;

/** How a foreign client speaks. */
export interface ForeignOptions {
  readonly qos?: QoS;
  readonly version?: 4 | 5;
  readonly retain?: boolean;
  readonly args?: readonly string[];
}

/** Publishes one message with `mosquitto_pub`. */
export function foreignPublish(
  port: number,
  topic: string,
  payload: string,
  options: ForeignOptions = {},
): Promise<void> {
  return finished(start('mosquitto_pub', port, topic, options, ['-m', payload]), 'mosquitto_pub ends', 5_000);
}

/** Publishes one message per line with `mosquitto_pub -l`. */
export function foreignStream(
  port: number,
  topic: string,
  lines: readonly string[],
  options: ForeignOptions = {},
): Promise<void> {
  const child = start('mosquitto_pub', port, topic, options, ['-l']);
  child.stdin?.end(`${lines.join('\n')}\n`);
  return finished(child, `mosquitto_pub -l has sent ${String(lines.length)} lines`, 60_000);
}

/** A running `mosquitto_sub`. */
export class ForeignSubscriber {
  /** The payloads, as text. */
  readonly payloads: string[] = [];
  readonly #watch = new Watch(
    () => `mosquitto_sub received ${String(this.payloads.length)}: ${this.payloads.slice(-5).join(' ')}`,
  );
  #subscribed = false;

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('>')) this.payloads.push(line.slice(1));
      else if (line.startsWith('Subscribed')) this.#subscribed = true;
      this.#watch.changed();
    });
  }

  ready(): Promise<void> {
    return this.#watch.until(() => this.#subscribed, 'mosquitto_sub is subscribed');
  }

  async received(count: number, deadline = 10_000): Promise<string[]> {
    await this.#watch.until(() => this.payloads.length >= count, `mosquitto_sub receives ${String(count)}`, deadline);
    return this.payloads;
  }
}

/** Subscribes with `mosquitto_sub`, until the end of the test. Fulfils when the broker has confirmed. */
export async function foreignSubscribe(
  port: number,
  filter: string,
  options: ForeignOptions = {},
): Promise<ForeignSubscriber> {
  // -d says when the broker has confirmed; the mark tells payloads from what else it says.
  // MQTT 3.1.1 unless asked otherwise: on MQTT 5, libmosquitto 2.0.11 breaks off when the broker sends more than 20 QoS 2
  // messages ahead, though it has announced no such limit.
  const child = start('mosquitto_sub', port, filter, { version: 4, ...options }, ['-d', '-F', '>%p']);
  const exited = new Promise((resolve) => child.once('close', resolve));
  cleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const subscriber = new ForeignSubscriber(child);
  await subscriber.ready();
  return subscriber;
}

function start(
  program: string,
  port: number,
  topic: string,
  options: ForeignOptions,
  rest: readonly string[],
): ChildProcess {
  const { qos = 0, version = 5, retain = false, args = [] } = options;
  const command = [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-V',
    version === 5 ? '5' : '311',
    '-q',
    String(qos),
    '-t',
    topic,
  ];
  // Line by line: into a pipe, mosquitto_sub writes only when its buffer is full.
  const line = ['-oL', program, ...command, ...(retain ? ['-r'] : []), ...args, ...rest];
  return spawn('stdbuf', line, { stdio: ['pipe', 'pipe', 'pipe'] });
}

async function finished(child: ChildProcess, what: string, deadline: number): Promise<void> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const code = await within(exit, deadline, what);
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}: ${output}`);
}
