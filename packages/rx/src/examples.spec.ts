import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as rxjs from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import ts from 'typescript';
import { z } from 'zod';
import * as rx from './index.js';
import { toReadable } from './node/index.js';
import * as testing from './testing/index.js';

// The whole package is compiled once.

interface Example {
  readonly file: string;
  readonly code: string;
}

const examples: readonly Example[] = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .sort()
  .flatMap((file) =>
    Array.from(
      readFileSync(join(__dirname, file), 'utf8').matchAll(/@example\n([\s\S]*?)\*\//g),
      ([, comment = '']) => ({
        file: file.replaceAll('\\', '/'),
        code: comment.replaceAll(/^ *\* ?/gm, '').replaceAll(/^```(ts)?$/gm, ''),
      }),
    ),
  );

/** What examples take for granted: everything that is exported, and what stands for the reader's own. */
const PRELUDE = `
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Observable, debounceTime, defer, filter, interval, map, mergeMap, pairwise, share } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { z } from 'zod';
import { ${names(rx)} } from './index.js';
import type { Mqtt } from './index.js';
import { ${names(testing)} } from './testing/index.js';
import { toReadable } from './node/index.js';
declare const mqtt: Mqtt, factory: Mqtt, cloud: Mqtt;
declare const readings$: Observable<{ machine: string; celsius: number; topic: string; payload: string }>;
declare const assertDeepEqual: (actual: unknown, expected: unknown) => void;
declare const expect: (actual: unknown) => { toBe(expected: unknown): void };
declare const expectObservable: RunHelpers['expectObservable'];
declare const testScheduler: TestScheduler;
declare function analyse(frame: Uint8Array): Promise<string>;
declare function celsius(value: unknown): number;
declare function fetchPlan(): Promise<string>;
declare function measure(): number;
declare function reading(value: unknown): { celsius: number };
declare function reloadEverything(): void;
declare function report(...figures: unknown[]): void;
declare function ship(order: { id: string }): Promise<void>;
declare function show(text: string): void;
declare function store(order: string, signal: AbortSignal): Promise<void>;
declare function toOrder(value: unknown): string;
declare function work(job: unknown): Promise<void>;
`;

function names(module: object): string {
  return Object.keys(module)
    .filter((name) => /^\w+$/.test(name) && name !== 'default')
    .join(', ');
}

/** An example as a function; what it imports is there. */
function wrapped({ code }: Example, index: number): string {
  return `export async function example${String(index)}() {${code.replaceAll(/^import .*$/gm, '')}\n}\n`;
}

function complaints(): string[] {
  const file = join(__dirname, 'examples-as-one-file.ts');
  const text = PRELUDE + examples.map(wrapped).join('');
  const configFile = join(__dirname, '../tsconfig.spec.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(__dirname, '..'));
  const all: ts.CompilerOptions = {
    ...options,
    noEmit: true,
    composite: false,
    noUnusedLocals: false,
    types: ['node'],
  };
  const host = ts.createCompilerHost(all);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? text : readFile(path));
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, rest[0]) : getSourceFile(path, ...rest);
  const program = ts.createProgram([file], all, host);
  const source = program.getSourceFile(file)!;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText, start = 0 }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      return `${text.split('\n')[line] ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    },
  );
}

/** One example, with a broker behind every client. */
async function run({ file, code }: Example): Promise<unknown[][]> {
  const broker = testing.createTestBroker();
  const clients: rx.Mqtt[] = [];
  const connect = (_url?: unknown, options?: rx.ConnectionOptions): rx.Mqtt => {
    const client = broker.connect(options);
    clients.push(client);
    return client;
  };
  const printed: unknown[][] = [];
  const print = (...line: unknown[]): void => void printed.push(line);
  const testScheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  const globals = {
    ...rxjs,
    ...rx,
    ...testing,
    ...{ toReadable, pipeline, z, expect, testScheduler },
    ...{ connect, mqtt: connect(), factory: connect(), cloud: connect() },
    console: { log: print, warn: print, table: print },
    createReadStream: () => Readable.from(['1', '2']),
    createWriteStream: () => new PassThrough().resume(),
    readings$: rxjs.of({ machine: '7', celsius: 21, topic: 'plant/7/temp', payload: '21' }),
    assertDeepEqual: (actual: unknown, expected: unknown) => {
      expect(actual).toEqual(expected);
    },
    analyse: () => Promise.resolve('nothing'),
    celsius: Number,
    fetchPlan: () => Promise.resolve('plan'),
    measure: () => 21,
    reading: (value: unknown) => value,
    reloadEverything: print,
    report: print,
    ship: () => Promise.resolve(),
    show: print,
    store: () => Promise.resolve(),
    toOrder: String,
    work: () => Promise.resolve(),
  };
  const { outputText } = ts.transpileModule(wrapped({ code, file }, 0), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const responder = connect();
  for (const [topic, reply] of Object.entries(REPLIES)) responder.respond(topic, () => reply).subscribe();
  await granted(responder);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the example
  const body = new Function('exports', ...Object.keys(globals), `${outputText}\nreturn example0();`) as (
    ...args: unknown[]
  ) => Promise<void>;
  const done = body({}, ...Object.values(globals));
  for (const client of clients) await granted(client);
  for (const [topic, payload] of MESSAGES) broker.publish({ topic, payload, qos: 1 });
  await rxjs.firstValueFrom(rxjs.timer(file in LASTING ? LASTING[file]! : 20));
  await Promise.all(clients.map((client) => client.close()));
  await done;
  return printed;
}

/** Waits until everything is granted that a client has asked for. */
async function granted({ connection }: rx.Mqtt): Promise<void> {
  if (connection.state.type === 'idle') await connection.open();
  await connection.subscribe('granted', {}, () => undefined).ready;
}

/** What is asked, and what the answer is. */
const REPLIES = { 'plant/7/set': '{"ok":true}', 'plant/discover': 'here' };

/** Milliseconds that an example must not be cut short in. */
const LASTING: Readonly<Record<string, number>> = { 'asking/request-many.ts': 1_000 };

/** Something for everybody. */
const MESSAGES: readonly (readonly [topic: string, payload: string])[] = [
  ['camera/1/frame', 'x'],
  ['door/1/opened', ''],
  ['jobs/1', 'x'],
  ['log/1', 'x'],
  ['orders', '{"id":"7"}'],
  ['orders/7', '{}'],
  ['plant/7/alarm', 'hot'],
  ['plant/7/presence', 'online'],
  ['plant/7/telemetry', '{"seq":1}'],
  ['plant/7/telemetry', '{"seq":3}'],
  ['plant/7/temp', '81'],
  ['plant/7/temp', '84'],
  ['sensor/7/pulse', ''],
];

/** What some of them print. */
const PRINTED: Readonly<Record<string, readonly unknown[]>> = {
  'asking/request-many.ts': [['here']],
  'asking/request.ts': [[true]],
  'client/connect.ts': [
    ['7', 81],
    ['7', 84],
  ],
  'observing/group-by-topic.ts': [['7', 3]],
  'observing/ignore-retained.ts': [['just now:', 'door/1/opened']],
  'observing/stale-after.ts': [['sensor/7/pulse', 'is', 'fresh']],
  'presence/presences.ts': [[[]], [['7']]],
  'processing/buffer-overflow.ts': [['nothing']],
  'processing/sequence-gaps.ts': [['plant/7/telemetry: something is missing before 3']],
};

/** Part of a test of its own, and run in the specs of its room. */
const RUN_ELSEWHERE = ['testing/plain-messages.ts'];

it('every example compiles', () => {
  expect(examples.length).toBeGreaterThan(40);
  expect(complaints()).toEqual([]);
});

it.each(
  examples.filter(({ file }) => !RUN_ELSEWHERE.includes(file)).map((example) => [example.file, example] as const),
)('the example of %s runs', async (file, example) => {
  const printed = await run(example);
  if (file in PRINTED) expect(printed).toEqual(PRINTED[file]);
});
