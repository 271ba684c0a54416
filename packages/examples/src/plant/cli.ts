import { parseArgs, type ParseArgsConfig } from 'node:util';

/** How the plant runs. */
export interface RunOptions {
  /** A broker to use instead of the embedded one. */
  readonly url: string | undefined;
  /** Stops after so many seconds; `Infinity` for never. */
  readonly seconds: number;
  /** Stops after so many telemetry messages; `Infinity` for never. */
  readonly count: number;
  /** Whether there are simulated machines. */
  readonly simulate: boolean;
  /** What the simulation does depends on nothing else. */
  readonly seed: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly type: 'run'; readonly options: RunOptions }
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly sentence: string };

export const HELP = `A plant publishes telemetry over MQTT; a pipeline averages it, finds anomalies, and publishes alarms and summaries.

npm start -- [options]

  --url URL       use this broker (mqtt://, mqtts://, ws://, wss://) instead of an embedded one
  --seconds N     stop after N seconds (15, unless --count or --forever is given)
  --count N       stop after N telemetry messages; exit with 1 if --seconds passed before
  --forever       run until SIGINT or SIGTERM
  --no-simulate   no simulated machines: only telemetry that others publish
  --seed N        another simulation (1)
  --help          this text

Exit codes: 0 done, 1 ended by an error or too few messages, 2 bad option, bad URL or broker unreachable.`;

const OPTIONS = {
  url: { type: 'string' },
  seconds: { type: 'string' },
  count: { type: 'string' },
  forever: { type: 'boolean' },
  'no-simulate': { type: 'boolean' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const DEFAULT_SECONDS = 15;
/** The longest that Node's timers can wait. */
const MAX_SECONDS = 2_147_483;

/** What the arguments after the program's name ask for. */
export function parseCommand(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
    if (values.help === true) return { type: 'help' };
    return { type: 'run', options: runOptions(values) };
  } catch (error) {
    return { type: 'mistake', sentence: firstSentence(error instanceof Error ? error.message : String(error)) };
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function runOptions({
  url,
  seconds,
  count,
  forever = false,
  'no-simulate': silent = false,
  seed = '1',
}: Values): RunOptions {
  if (forever && (seconds !== undefined || count !== undefined))
    throw new Error('--forever goes with neither --seconds nor --count');
  const endless = forever || count !== undefined;
  return {
    url,
    seconds:
      seconds === undefined ? (endless ? Infinity : DEFAULT_SECONDS) : positive('--seconds', seconds, MAX_SECONDS),
    count: count === undefined ? Infinity : whole('--count', count, 1),
    simulate: !silent,
    seed: whole('--seed', seed, 0),
  };
}

function positive(name: string, text: string, most: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value > 0 && value <= most) return value;
  throw new Error(`${name} takes a number above 0 and up to ${most}, not ${JSON.stringify(text)}`);
}

function whole(name: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${name} takes a whole number from ${least} up, not ${JSON.stringify(text)}`);
}

/** Node explains at length; the first sentence says it. */
function firstSentence(text: string): string {
  return text.split(/\.?\s*\n|\. (?=[A-Z])/)[0] ?? text;
}
