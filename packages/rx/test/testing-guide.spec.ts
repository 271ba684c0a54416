import * as core from '@rxmqtt/core';
import * as coreTesting from '@rxmqtt/core/testing';
import * as rxjs from 'rxjs';
import * as rx from '../src/index.js';
import * as testing from '../src/testing/index.js';
import { guideBlocks, leavesNothingBehind, runBlock } from './support.js';

leavesNothingBehind();

const blocks = guideBlocks('testing.md');

const modules = {
  '@rxmqtt/core': core,
  '@rxmqtt/core/testing': coreTesting,
  '@rxmqtt/rx': rx,
  '@rxmqtt/rx/testing': testing,
  rxjs,
};

/** The tests that a block defines. */
async function testsOf(code: string): Promise<(readonly [name: string, body: () => unknown])[]> {
  const tests: (readonly [string, () => unknown])[] = [];
  const given = { expect, test: (name: string, body: () => unknown) => tests.push([name, body]) };
  await runBlock(code, { modules, given }).done;
  return tests;
}

describe('docs/guides/testing.md', () => {
  it.each(blocks)('$title: its tests pass', async ({ code }) => {
    const tests = await testsOf(code);
    expect(tests.length).toBeGreaterThan(0);
    for (const [, body] of tests) await body();
  });

  it('has tests that can fail', async () => {
    const tests = await testsOf((blocks[0]?.code ?? '').replace("'----a'", "'---a'"));
    expect(tests).toHaveLength(1);
    for (const [, body] of tests) expect(body).toThrow();
  });
});
