import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonName } from '../errors/reason-code.js';
import { REASON_REACTIONS } from '../errors/reason-reactions.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

// What the guide's code takes for the network.
let made: TestConnection;
const vpnIsUp = (_signal: AbortSignal): Promise<void> => Promise.resolve();
const fetchToken = (_signal: AbortSignal): Promise<string> => Promise.resolve('token');

function createConnection(_url: string, options: ConnectionOptions): TestConnection['connection'] {
  made = createTestConnection(options);
  return made.connection;
}

const blocks: readonly (() => TestConnection['connection'])[] = [
  () => {
    // block
    const connection = createConnection('mqtts://broker.example.org', {
      reconnect: {
        initialDelay: 250, // milliseconds before the first retry
        maxDelay: 30_000,
        factor: 2,
        jitter: 'full', // or 'equal', 'decorrelated', 'none'
        resetAfter: 5_000, // a connection that lasted so long starts all over
        maxAttempts: 20,
        giveUpAfter: 3_600_000, // the last attempt is made an hour after the first failure
        shouldRetry: (error) => error.retryable,
      },
    });
    // end
    return connection;
  },
  () => {
    // block
    const patient = createConnection('mqtts://broker.example.org', {
      reconnect: {
        delay: async ({ attempt, error, delay, signal }) => {
          if (attempt > 100) return false; // give up
          if (error.code === 'ERR_MQTT_NETWORK') await vpnIsUp(signal);
          return delay; // as the numbers say
        },
      },
    });
    // end
    return patient;
  },
  () => {
    // block
    const fresh = createConnection('mqtts://broker.example.org', {
      credentials: async ({ signal }) => ({ username: 'plant-7', password: await fetchToken(signal) }),
    });
    // end
    return fresh;
  },
];

const guide = readFileSync(join(__dirname, '../../../../docs/guides/reconnecting.md'), 'utf8');
const bare = (code: string): string => code.replaceAll(/\s+/g, '');

/** Lets what promises have brought about happen. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('docs/guides/reconnecting.md', () => {
  it('shows the table of reasons as it is', () => {
    const rows = REASON_REACTIONS.map(({ reasonCode, connack = '–', disconnect = '–', returnCode = '–' }) => {
      const name = reasonCode === 0 ? 'normal disconnection' : reasonName(reasonCode);
      return `| \`0x${reasonCode.toString(16).toUpperCase().padStart(2, '0')}\` ${name} | ${connack} | ${disconnect} | ${String(returnCode)} |`;
    });
    expect(guide.split('\n').filter((line) => line.startsWith('| `0x'))).toEqual(rows);
  });

  it('shows the code that is run here', () => {
    const shown = guide.split('```ts\n').slice(1).map((rest) => bare(rest.split('```')[0]!));
    const run = readFileSync(__filename, 'utf8').split('    // block\n').slice(1).map((rest) => bare(rest.split('    // end\n')[0]!));
    expect(shown).toEqual(run);
  });

  it('has code that works', async () => {
    for (const block of blocks) {
      const connection = block();
      connection.open().catch(() => {});
      await turn();
      made.wire.cut();
      await turn();
      expect(connection.state).toMatchObject({ type: 'reconnecting', attempt: 2, delay: 250 });
      made.clock.advance(250);
      await turn();
      made.wire.connack();
      expect(connection.state.type).toBe('connected');
    }
    expect(made.wire.request).toMatchObject({ username: 'plant-7', password: 'token' });
  });
});
