import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { newPath } from './support/folders.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { seeded } from './support/seeded.js';
import { within } from './support/within.js';

/*
 * A process that publishes into a store on disk is killed at 50 random events, and started again each time. The broker keeps
 * its session.
 */

jest.setTimeout(180_000);
leavesNothingBehind();

const KILLS = 50;
/** More than a life ever gets to publish. */
const NUMBERS_PER_LIFE = 400;
/** The latest event at which a life ends. */
const MOST_EVENTS = 500;
const LIFE_DEADLINE = 30_000;
const PROGRAM = join(__dirname, '..', 'out-tsc', 'programs', 'store-publisher.mjs');

/** The broker's side of the session. */
class Ledger {
  /** What came, each as often as it was taken for new. */
  readonly taken: number[] = [];
  /** Called for every packet that came. */
  onEvent: () => void = () => undefined;
  readonly #unreleased = new Set<number>();

  constructor(broker: ScriptedBroker) {
    broker.on('publish', ({ qos, messageId, payload }, peer) => {
      const isNew = qos === 1 || !this.#unreleased.has(messageId!);
      if (isNew) this.taken.push(Number(payload.toString()));
      if (qos === 2) this.#unreleased.add(messageId!);
      peer.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode: 0 });
      this.onEvent();
    });
    broker.on('pubrel', ({ messageId }, peer) => {
      this.#unreleased.delete(messageId!);
      peer.send({ cmd: 'pubcomp', messageId, reasonCode: 0 });
      this.onEvent();
    });
  }
}

function start(args: readonly string[]): {
  child: ChildProcess;
  exited: Promise<unknown>;
  lines: (onLine: (line: string) => void) => void;
} {
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  cleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const reader = createInterface(child.stdout);
  return { child, exited, lines: (onLine) => reader.on('line', onLine) };
}

test(`killed ${String(KILLS)} times: nothing stored is lost, order is kept, and QoS 2 comes once`, async () => {
  await build({
    entryPoints: [join(__dirname, 'programs', 'store-publisher.ts')],
    outfile: PROGRAM,
    bundle: true,
    conditions: ['@rxmqtt/source'],
    format: 'esm',
    logLevel: 'silent',
    packages: 'external',
    platform: 'node',
    target: 'node20',
  });
  const path = newPath();
  const broker = await startBroker();
  broker.sessionPresent = ({ clean }) => clean !== true;
  const ledger = new Ledger(broker);
  const stored: number[] = [];
  const warnings: string[] = [];
  const random = seeded(20_251);

  for (let life = 0; life < KILLS; life++) {
    const first = life * NUMBERS_PER_LIFE;
    const { child, exited, lines } = start([broker.url, path, String(first), String(NUMBERS_PER_LIFE)]);
    let rest = 1 + Math.floor(random() * MOST_EVENTS);
    const event = (): void => {
      if (--rest === 0) child.kill('SIGKILL');
    };
    ledger.onEvent = event;
    lines((line) => {
      const [what, number] = line.split(' ');
      if (what === 'stored') {
        stored.push(Number(number));
        event();
      } else if (what === 'warning') warnings.push(line);
    });
    await within(exited, LIFE_DEADLINE, `life ${String(life)} ends`);
    if (broker.connections.length > 0) await broker.until(() => broker.latest.closed, 'its connection ends');
  }
  ledger.onEvent = () => undefined;
  const last = start([broker.url, path, '0', '0']);
  const said: string[] = [];
  last.lines((line) => said.push(line));
  await within(last.exited, LIFE_DEADLINE, 'what is left is sent');

  expect(said).toEqual(['left 0']);
  expect(warnings).toEqual([]);
  expect(stored.length).toBeGreaterThan(KILLS);
  const taken = new Set(ledger.taken);
  expect(stored.filter((number) => !taken.has(number))).toEqual([]);
  for (const remainder of [0, 1]) {
    const firsts = [...taken].filter((number) => number % 2 === remainder);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
  }
  const exactlyOnce = ledger.taken.filter((number) => number % 2 === 1);
  expect(exactlyOnce).toHaveLength(new Set(exactlyOnce).size);
});
