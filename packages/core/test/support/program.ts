import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { cleanup } from './globals.js';
import { Watch } from './watch.js';

/** Starting a process that compiles what it loads takes a while on a busy machine. */
const START_DEADLINE = 30_000;

/**
 * A program of `test/programs` in a process of its own: what it measures is the library, not the test. It tells what it has
 * reached by messages.
 */
export class Program {
  readonly #child: ChildProcess;
  readonly #messages: unknown[] = [];
  readonly #watch = new Watch(() => this.#output);
  #output = '';
  #exitCode: number | null | undefined;

  constructor(name: string, args: readonly string[]) {
    const directory = dirname(__dirname);
    this.#child = fork(join(directory, 'programs', `${name}.ts`), args, {
      cwd: dirname(directory),
      execArgv: ['--expose-gc', '--import', '@swc-node/register/esm-register', '--conditions=@rxmqtt/source'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.on('message', (message) => {
      this.#messages.push(message);
      this.#watch.changed();
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-4_000)));
    }
    const exited = new Promise<void>((resolve) => {
      this.#child.once('close', (code) => {
        this.#exitCode = code;
        this.#watch.changed();
        resolve();
      });
    });
    cleanup(async () => {
      this.#child.kill('SIGKILL');
      await exited;
    });
  }

  /** The next message that the program sends. */
  async next(what: string, deadline = START_DEADLINE): Promise<unknown> {
    await this.#watch.until(() => this.#messages.length > 0 || this.#exitCode !== undefined, what, deadline);
    if (this.#messages.length === 0)
      throw new Error(`the program ended with ${String(this.#exitCode)}: ${this.#output}`);
    return this.#messages.shift();
  }

  /** Tells the program something. */
  tell(message: string): void {
    this.#child.send(message);
  }
}
