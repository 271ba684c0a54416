// Whether the published tarballs work for those who install them: Node (ESM, CommonJS, both), Jest, TypeScript, a bundler.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForBrowser } from './lib/browser-bundle.mjs';
import { check } from './lib/checks.mjs';
import { entriesOf, pack, published } from './lib/pack.mjs';
import { run } from './lib/run.mjs';
import { npmCommand, root, toolCommand } from './lib/workspace.mjs';

/** The compilers whose users the types are for: the workspace's own, and those in tools/typescript. */
const compilers = [
  join(root, 'node_modules', 'typescript'),
  ...['5.6', '5.9', '7.0'].map((version) => join(root, 'tools', 'typescript', version, 'node_modules', 'typescript')),
].map((path) => ({
  path: join(path, 'bin', 'tsc'),
  version: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version,
}));

const entries = published.flatMap(entriesOf);
const folder = await realpath(await mkdtemp(join(tmpdir(), 'rxmqtt-imports-')));
const write = (name, text) => writeFile(join(folder, name), text);
const here = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: '' } };
const node = (file) => run([process.execPath, file], here);

// Entries may be types only, but the two main ones may not.
const esm = `
import assert from 'node:assert/strict';
${entries.map((entry, index) => `import * as m${index} from '${entry}';`).join('\n')}
assert.equal(typeof m${entries.indexOf('@rxmqtt/core')}.MqttError, 'function');
assert.equal(typeof m${entries.indexOf('@rxmqtt/rx')}.connect, 'function');
`;

const cjs = `
const assert = require('node:assert/strict');
assert.equal(typeof require('@rxmqtt/core').MqttError, 'function');
assert.equal(typeof require('@rxmqtt/rx').connect, 'function');
const level = () => Object.keys(require.cache).filter((file) => /node_modules.(level|classic-level|abstract-level)\\b/.test(file));
assert.deepEqual(level(), [], 'the main entries load a database that only some need');
for (const entry of ${JSON.stringify(entries)}) require(entry);
assert.notDeepEqual(level(), [], 'the check above would not notice');
`;

const same = `
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const entry of ${JSON.stringify(entries)}) {
  const imported = await import(entry);
  const required = require(entry);
  for (const name of Object.keys(imported)) assert.equal(required[name], imported[name], entry + ' ' + name);
}
`;

// Node itself never loads both, but bundlers and test runners do.
const copies = `
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
const require = createRequire(import.meta.url);
const root = dirname(require.resolve('@rxmqtt/core/package.json'));
const cjs = require(join(root, 'dist/cjs/index.js'));
const esm = await import(pathToFileURL(join(root, 'dist/esm/index.js')));
assert.notEqual(cjs.MqttError, esm.MqttError);
for (const [one, other] of [[cjs, esm], [esm, cjs]]) {
  const error = new one.OfflineError('a');
  assert.equal(error instanceof other.MqttError, false);
  assert.equal(other.isMqttError(error), true);
  assert.equal(other.isMqttError(new Error('x')), false);
}
`;

// The same marble test, with a broker in virtual time, for every test runner.
const marbles = `
test('a marble test with a broker runs', () => {
  runMqtt((actual, expected) => expect(actual).toEqual(expected), ({ broker, connect, hot, expectObservable, cold }) => {
    const mqtt = connect({ clientId: 'c', reconnect: { initialDelay: 10, jitter: 'none' } });
    broker.feed(hot('-a-------b', { a: { topic: 'a', payload: '1' }, b: { topic: 'a', payload: '2', qos: 1 } }));
    cold('------x').subscribe(() => broker.cut());
    const [value, qos] = [{ topic: 'a', retain: false, qos: 0 }, { topic: 'a', retain: false, qos: 1 }];
    expectObservable(mqtt.observe('a', { qos: 1 }).pipe(plainMessages())).toBe('-a--------------b', {
      a: { ...value, value: '1' },
      b: { ...qos, value: '2' },
    });
  });
});
`;

const jest = `
const { MqttError } = require('@rxmqtt/core');
const rx = require('@rxmqtt/rx');
const { plainMessages, runMqtt } = require('@rxmqtt/rx/testing');
test('the packages load in Jest', () => {
  expect(new MqttError('ERR_MQTT_TEST', 'x')).toBeInstanceOf(Error);
  expect(typeof rx.connect).toBe('function');
});
${marbles}`;

const vitest = `
import { plainMessages, runMqtt } from '@rxmqtt/rx/testing';
import { expect, test } from 'vitest';
${marbles}`;

// What is for Node only is typed in Node's terms.
const neutral = entries.filter((entry) => !entry.endsWith('/node'));
const types = `
${neutral.map((entry, index) => `import * as m${index} from '${entry}';`).join('\n')}
export const used: object[] = [${neutral.map((_, index) => `m${index}`).join(', ')}];
`;

const store = `
import assert from 'node:assert/strict';
import { createConnection, memoryStore } from '@rxmqtt/core';
import { levelStore } from '@rxmqtt/core/store-level';
const publish = async (store) => {
  const connection = createConnection('mqtt://localhost:1', { session: { store } });
  await connection.publish('t', 'x', { qos: 1 }).stored;
  await connection.close();
};
await publish(memoryStore());
await publish(await levelStore('./outbox'));
const left = await levelStore('./outbox');
const keys = [];
for await (const { key } of left.read()) keys.push(key);
assert.deepEqual(keys, ['message/0000000000000001']);
await left.close();
`;

const storePage = `
import { levelStore } from '@rxmqtt/core/store-level';
globalThis.levelStore = levelStore;
`;

const page = `
import { connect } from '@rxmqtt/rx';
globalThis.connect = connect;
`;

try {
  await check('imports: the tarballs install', async () => {
    await write('package.json', JSON.stringify({ name: 'consumer', private: true }));
    const tarballs = [];
    for (const name of published) tarballs.push(await pack(name, folder));
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
    await run(npmCommand('install', ...flags, ...tarballs, 'rxjs@7.8.2'), here);
  });
  await check('imports: an ES module', async () => {
    await write('esm.mjs', esm);
    await node('esm.mjs');
  });
  await check('imports: a CommonJS script', async () => {
    await write('cjs.cjs', cjs);
    await node('cjs.cjs');
  });
  await check('imports: require and import give the same objects', async () => {
    await write('same.mjs', same);
    await node('same.mjs');
  });
  await check('imports: a session store on disk', async () => {
    await write('store.mjs', store);
    await node('store.mjs');
  });
  await check('imports: a Jest test', async () => {
    await write('jest.config.cjs', "module.exports = { testEnvironment: 'node', transform: {} };");
    await write('consumer.test.cjs', jest);
    await run(toolCommand('jest/bin/jest.js', '--ci', '--rootDir', folder, '--testMatch', '**/*.test.cjs'), here);
  });
  await check('imports: the errors of two copies recognise each other', async () => {
    await write('copies.mjs', copies);
    await node('copies.mjs');
  });
  await check('imports: a Vitest test', async () => {
    // A test outside the workspace finds its runner in a folder above it, as Node does.
    const runner = await realpath(await mkdtemp(join(root, 'node_modules', '.vitest-')));
    try {
      await symlink(join(folder, 'node_modules'), join(runner, 'node_modules'));
      await writeFile(join(runner, 'consumer.test.mjs'), vitest);
      await run(toolCommand('vitest/vitest.mjs', 'run', '--root', runner), here);
    } finally {
      await rm(runner, { recursive: true, force: true });
    }
  });
  for (const compiler of compilers) {
    await check(`imports: TypeScript ${compiler.version}, without Node types`, async () => {
      for (const extension of ['mts', 'cts']) await write(`consumer.${extension}`, types);
      const options = '--noEmit --strict --target es2022 --lib es2022,dom --types --module nodenext'.split(' ');
      await run([process.execPath, compiler.path, ...options, 'consumer.mts', 'consumer.cts'], here);
    });
  }
  await check('imports: a browser bundle that loads MQTT.js lazily', async () => {
    const outdir = join(folder, 'bundle');
    const bundle = await bundleForBrowser({ contents: page, resolveDir: folder, outdir });
    assert.deepEqual(bundle.unresolved, []);
    assert.equal(bundle.mqttAtFirst, false, 'MQTT.js comes with the page');
    assert.notEqual(bundle.mqttChunks.length, 0, 'MQTT.js is in no chunk at all');
    assert.deepEqual(
      bundle.packages.filter((name) => name.endsWith('level')),
      [],
      'a database comes along',
    );
    return `${(bundle.firstPaintBytes / 1024).toFixed(0)} KiB at first`;
  });
  await check('imports: a browser bundle of the session store, on IndexedDB', async () => {
    const bundle = await bundleForBrowser({ contents: storePage, resolveDir: folder, outdir: join(folder, 'store') });
    assert.deepEqual(bundle.unresolved, []);
    assert.ok(bundle.packages.includes('browser-level'), 'there is no IndexedDB');
    assert.ok(!bundle.packages.includes('classic-level'), 'LevelDB is there');
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
