import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonName } from '../src/errors/reason-code.js';
import { REASON_REACTIONS } from '../src/errors/reason-reactions.js';
import type { ConnectionOptions } from '../src/index.js';
import { createTestConnection, type TestConnection } from '../src/testing/index.js';
import { guideBlocks, runBlock } from './support/guide.js';

const guide = readFileSync(join(__dirname, '../../../docs/guides/reconnecting.md'), 'utf8');

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

  it.each(guideBlocks('reconnecting.md'))('has code that works: $title', async ({ code }) => {
    const made: TestConnection[] = [];
    const createConnection = (_url: string, options: ConnectionOptions): TestConnection['connection'] => {
      const test = createTestConnection(options);
      made.push(test);
      return test.connection;
    };
    const given = { vpnIsUp: () => Promise.resolve(), fetchToken: () => Promise.resolve('token') };
    await runBlock(code, { modules: { '@rxmqtt/core': { createConnection } }, given }).done;

    expect(made).toHaveLength(1);
    for (const { connection, clock, wires } of made) {
      connection.open().catch(() => undefined);
      await turn();
      wires[0]?.cut();
      await turn();
      expect(connection.state).toMatchObject({ type: 'reconnecting', attempt: 2, delay: 250 });
      clock.advance(250);
      await turn();
      wires[1]?.connack();
      expect(connection.state.type).toBe('connected');
      if (code.includes('fetchToken'))
        expect(wires[1]?.request).toMatchObject({ username: 'plant-7', password: 'token' });
      await connection.close();
    }
  });
});
