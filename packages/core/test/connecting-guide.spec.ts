import * as promises from 'node:fs/promises';
import * as net from 'node:net';
import * as core from '../src/index.js';
import { guideBlocks, runBlock } from './support/guide.js';

/* The options in docs/guides/connecting.md are options that there are, and go together. Nothing is opened. */

const blocks = guideBlocks('connecting.md');

test('there are examples', () => {
  expect(blocks.length).toBeGreaterThan(6);
});

test.each(blocks)('$title', async ({ code }) => {
  const createConnection = jest.fn(core.createConnection);
  const modules = { '@rxmqtt/core': { ...core, createConnection }, 'node:fs/promises': promises, 'node:net': net };
  await runBlock(code, { modules }).done;

  expect(createConnection.mock.results.length).toBeGreaterThan(0);
  for (const { value } of createConnection.mock.results)
    expect((value as core.Connection).state).toEqual({ type: 'idle' });
});
