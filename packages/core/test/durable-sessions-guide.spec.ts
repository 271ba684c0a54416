import * as core from '../src/index.js';
import * as storeLevel from '../src/store-level/index.js';
import * as testing from '../src/testing/index.js';
import { newPath } from './support/folders.js';
import { leavesNothingBehind } from './support/globals.js';
import { guideBlocks, runBlock } from './support/guide.js';
import { startBroker } from './support/scripted-broker.js';

leavesNothingBehind();

const blocks = guideBlocks('durable-sessions.md');

const modules = {
  '@rxmqtt/core': core,
  '@rxmqtt/core/store-level': storeLevel,
  '@rxmqtt/core/testing': testing,
};

test.each([
  [0, ['stored', 'acknowledged 0']],
  [1, ['plant/7/temp acknowledged', 'left 0']],
  [2, ['left 0']],
  [3, testing.sessionStoreCases.map(({ name }) => `passed: ${name}`)],
])('block %i of docs/guides/durable-sessions.md runs as it is', async (index, expected) => {
  const broker = await startBroker();
  const code = blocks[index]!.code.replaceAll('mqtt://localhost', broker.url).replaceAll('./outbox', newPath());
  const { printed, done } = runBlock(code, { modules });
  await done;
  expect(printed).toEqual(expected);
});

test('no block is left out', () => {
  expect(blocks).toHaveLength(4);
});
