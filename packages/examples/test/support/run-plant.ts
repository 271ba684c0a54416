import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** Milliseconds after which a program hangs, however busy the machine is. */
const PATIENCE = 60_000;
const MAIN = resolve(__dirname, '../../dist/plant/main.js');

/** A started `main`, as a user would see it. */
export interface PlantRun {
  readonly process: ChildProcess;
  /** Everything printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Fulfils as soon as a pattern has been printed, with its match; rejects when the process ends before, or hangs. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Fulfils with the exit code, or the signal that ended the process. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

const running = new Set<ChildProcess>();

/** Starts the compiled `main` with these arguments. */
export function runPlant(...args: readonly string[]): PlantRun {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<number | NodeJS.Signals>((resolveExit) => {
    // `close`, not `exit`: only then everything printed has been read.
    child.once('close', (code, signal) => {
      running.delete(child);
      resolveExit(code ?? signal ?? 'SIGKILL');
    });
  });

  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolvePrinted, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        child.stdout.off('data', look);
        finish();
      };
      const fail = (why: string): void => {
        settle(() => {
          reject(new Error(`${why} before ${String(pattern)} was printed:\n${stdout}\n${stderr}`));
        });
      };
      const look = (): void => {
        const match = pattern.exec(stdout);
        if (match !== null)
          settle(() => {
            resolvePrinted(match);
          });
      };
      const timer = setTimeout(fail, PATIENCE, `${PATIENCE} ms passed`);
      void exited.then(() => {
        fail('main ended');
      });
      child.stdout.on('data', look);
      look();
    });

  return { process: child, stdout: () => stdout, stderr: () => stderr, printed, exited };
}

/** Ends what a failed test has left behind. */
export function killPlants(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The numbers of the closing line, by what they count: `totals.received`, `totals['alarms acknowledged']`. */
export function totalsOf(stdout: string): Readonly<Record<string, number>> {
  const line = /^telemetry \d+ received, .*$/m.exec(stdout)?.[0];
  if (line === undefined) throw new Error(`there is no closing line:\n${stdout}`);
  let subject = '';
  return Object.fromEntries(
    line.split(', ').map((part) => {
      const [, name = '', count, what = ''] = /^(?:(\D+) )?(\d+) (\w+)$/.exec(part) ?? [];
      if (name !== '') subject = name;
      return [subject === 'telemetry' ? what : `${subject} ${what}`, Number(count)];
    }),
  );
}
