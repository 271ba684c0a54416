import * as diagnosticsChannel from 'node:diagnostics_channel';
import * as zlib from 'node:zlib';
import * as api from '@opentelemetry/api';
import * as core from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { guideBlocks, runBlock } from './support/guide.js';
import { startBroker } from './support/scripted-broker.js';

// It has no types of its own.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- so it cannot be imported
const debug = require('debug') as (name: string) => unknown;

leavesNothingBehind();

/** Those of rx are run there. */
const runnable = guideBlocks('observability.md').filter(({ code }) => !code.includes("'@rxmqtt/rx'"));

/** A stand-in with pino's face. */
const pino = (): object => ({ bindings: () => ({}), debug() {}, info() {}, warn() {}, error() {} });

async function run(code: string, url: string): Promise<readonly string[]> {
  const offs: (() => void)[] = [];
  const modules = {
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
  const { printed, done } = runBlock(code.replaceAll('mqtt://localhost', url), { modules, everyConsole: true });
  try {
    await done;
  } finally {
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

  it.each(runnable.map(({ title, code }, index) => [index, title, code] as const))(
    'block %i (%s) runs as it is',
    async (_, title, code) => {
      const broker = await startBroker({
        publish(packet, connection) {
          const { topic, payload, qos, messageId } = packet;
          if (qos === 1) connection.send({ cmd: 'puback', messageId, reasonCode: 0 });
          connection.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
        },
        subscribe({ messageId, subscriptions }, connection) {
          connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
          if (title.startsWith('Once'))
            connection.send({
              cmd: 'publish',
              topic: 'plant/7/temp',
              payload: '21.5',
              qos: 0,
              dup: false,
              retain: true,
            });
        },
      });
      cleanup(() => undefined);
      const printed = (await run(code, broker.url)).join('\n');
      for (const part of EXPECTED[title] ?? []) expect(printed).toContain(part);
      if (code.includes('packetLogger()')) expect(printed).toContain('packet sent');
    },
  );
});
