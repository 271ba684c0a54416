import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { Watch, cleanup, within } from './support.js';

/** What a worker is told. */
export interface GroupWorkerOptions {
  readonly url: string;
  readonly clientId: string;
  readonly filter: string;
  readonly group: string;
}

/** A process that observes in a group, and acknowledges each message a little later. */
export class GroupWorker {
  /** What it has handled, in its order. */
  readonly ids: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #watch = new Watch(() => `handled ${String(this.ids.length)}: ${this.#output}`);
  #output = '';
  #ready = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('close', resolve));
    child.stderr?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-1_000)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === 'ready') this.#ready = true;
      else this.ids.push(line);
      this.#watch.changed();
    });
  }

  ready(): Promise<void> {
    return this.#watch.until(() => this.#ready, 'the worker is subscribed', 10_000);
  }

  handled(count: number): Promise<void> {
    return this.until(() => this.ids.length >= count, `${String(count)} are handled`, 20_000);
  }

  until(condition: () => boolean, what: string, deadline: number): Promise<void> {
    return this.#watch.until(condition, what, deadline);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await within(this.#exited, 5_000, 'the worker is gone');
  }
}

let program: string | undefined;

/** The program of a worker, from the sources: there may be no build. */
function compile(): string {
  if (program !== undefined) return program;
  const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-worker-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  program = join(directory, 'worker.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'group-worker-main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    conditions: ['@rxmqtt/source'],
    logLevel: 'error',
  });
  return program;
}

/** Starts a worker, which is killed after the test. Fulfils when the broker has granted its subscription. */
export async function startGroupWorker(options: GroupWorkerOptions): Promise<GroupWorker> {
  const child = spawn(process.execPath, [compile(), JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const worker = new GroupWorker(child);
  cleanup(() => worker.kill());
  await worker.ready();
  return worker;
}
