import { readFileSync } from 'node:fs';
import * as diagnosticsChannel from 'node:diagnostics_channel';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import * as api from '@opentelemetry/api';
import ts from 'typescript';
import * as core from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { startBroker } from './support/scripted-broker.js';

// It has no types of its own.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- so it cannot be imported
const debug = require('debug') as (name: string) => unknown;

leavesNothingBehind();

const guide = readFileSync(join(__dirname, '../../../docs/guides/observability.md'), 'utf8');
const blocks = Array.from(guide.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```$/gm));

interface Block {
  readonly title: string;
  readonly code: string;
}

/** Each block, under the heading that it stands below. Those of rx are run there. */
const runnable = blocks.reduce<{ title: string; found: Block[] }>(
  ({ title, found }, [, heading, code]) => {
    if (heading !== undefined) return { title: heading, found };
    return { title, found: code === undefined || code.includes("'@rxmqtt/rx'") ? found : [...found, { title, code }] };
  },
  { title: '', found: [] },
).found;

/** A stand-in with pino's face. */
const pino = (): object => ({ bindings: () => ({}), debug() {}, info() {}, warn() {}, error() {} });

/** Runs a block as a module whose imports are these, and gives what it printed. */
async function run(code: string, url: string): Promise<string[]> {
  const printed: string[] = [];
  const print = (...line: unknown[]): void => void printed.push(line.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(' '));
  const fakeConsole = { log: print, debug: print, info: print, warn: print, error: print };
  const offs: (() => void)[] = [];
  const modules: Record<string, unknown> = {
    '@rxmqtt/core': core,
    '@opentelemetry/api': api,
    debug: { default: debug },
    pino: { default: pino },
    'node:zlib': zlib,
    'node:diagnostics_channel': {
      subscribe: (name: string, listener: diagnosticsChannel.ChannelListener) => {
        diagnosticsChannel.subscribe(name, listener);
        offs.push(() => void diagnosticsChannel.unsubscribe(name, listener));
      },
    },
  };
  const body = code.replaceAll('mqtt://localhost', url);
  // A module with `await` at its top becomes a function that waits.
  const [imports, rest] = [body.match(/^import .*$/gm)?.join('\n') ?? '', body.replaceAll(/^import .*$/gm, '')];
  const source = `${imports}\nexport const done = (async () => {${rest}})();`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: false } });
  const { console: real } = globalThis;
  const exports: { done?: Promise<void> } = {};
  try {
    Object.assign(globalThis, { console: fakeConsole });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code
    (new Function('require', 'exports', 'console', outputText) as (...parameters: unknown[]) => void)((name: string) => modules[name], exports, fakeConsole);
    await exports.done;
  } finally {
    Object.assign(globalThis, { console: real });
    for (const off of offs) off();
  }
  return printed;
}

/** What each block must print, in part. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  Events: ['connecting', 'connected', '65535 false', 'closed'],
  'A logger': ['connected {'],
  Stats: ['true 1 1 0 0 0 '],
  'Diagnostics channels': ['some connection is connected', 'some connection is closed'],
  Plugins: [],
  Tracing: ['plant/7/temp object'],
  'Once, for scripts': ['plant/7/temp'],
};

describe('docs/guides/observability.md', () => {
  it('has blocks under every heading', () => {
    expect([...new Set(runnable.map(({ title }) => title))]).toEqual(Object.keys(EXPECTED));
    expect(runnable.length).toBeGreaterThanOrEqual(8);
  });

  it.each(runnable.map(({ title, code }, index) => [index, title, code] as const))('block %i (%s) runs as it is', async (_, title, code) => {
    const broker = await startBroker({
      publish(packet, connection) {
        const { topic, payload, qos, messageId } = packet;
        if (qos === 1) connection.send({ cmd: 'puback', messageId, reasonCode: 0 });
        connection.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
      },
      subscribe({ messageId, subscriptions }, connection) {
        connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
        if (title.startsWith('Once')) connection.send({ cmd: 'publish', topic: 'plant/7/temp', payload: '21.5', qos: 0, dup: false, retain: true });
      },
    });
    cleanup(() => undefined);
    const printed = (await run(code, broker.url)).join('\n');
    for (const part of EXPECTED[title] ?? []) expect(printed).toContain(part);
    if (code.includes('packetLogger()')) expect(printed).toContain('packet sent');
  });
});
