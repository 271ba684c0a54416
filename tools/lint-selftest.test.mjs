import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ESLint } from 'eslint';

// A pattern that matches nothing leaves lint silently green. So every rule that guards a boundary has to refuse its bad
// line here, in the folder it guards, and to let the good line through.

const root = join(import.meta.dirname, '..');
const fixture = 'lint-selftest.ts';

// The fixtures exist only in memory, so no tsconfig lists them.
const inMemory = [
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            ...['core', 'rx', 'examples'].flatMap((name) => [
              `packages/${name}/src/lint-selftest*`,
              `packages/${name}/src/*/lint-selftest*`,
            ]),
            'tools/lint-rules/fixtures/*.ts',
          ],
          defaultProject: 'tsconfig.base.json',
          maximumDefaultProjectFileMatchCount_THIS_WILL_SLOW_DOWN_LINTING: 50,
        },
      },
    },
  },
];

const linters = new Map();
const linter = (folder) => {
  if (!linters.has(folder))
    linters.set(folder, new ESLint({ cwd: join(root, folder), overrideConfig: inMemory, cache: false }));
  return linters.get(folder);
};

async function lint(file, code) {
  const folder = file.split('/').slice(0, 2).join('/');
  const [result] = await linter(folder).lintText(`${code}\n`, { filePath: join(root, file) });
  return result.messages.map(({ ruleId, message }) => `${ruleId ?? 'fatal'}: ${message}`);
}

// prettier-ignore
/** Folder (or file), rule, the line it has to refuse, a neighbour that it has to accept. */
const cases = {
  'core, everywhere': [
    ['core/src', 'rxmqtt/import-rooms', "import { of } from 'rxjs'; export const x = of(1);", 'export const x = 1;'],
    ['core/src', '@nx/enforce-module-boundaries', "export type { Observable } from 'rxjs';", 'export type X = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export { map } from 'rxjs/operators';", 'export const map = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export const x = await import('rxjs');", 'export const x = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export type { Socket } from 'node:net';", 'export type Socket = unknown;'],
    ['core/src', 'rxmqtt/import-rooms', "export { once } from 'events';", 'export const once = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export type { Mqtt } from '@rxmqtt/rx';", 'export type Mqtt = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export { x } from '../../rx/src/index.js';", 'export const x = 1;'],
    ['core/src/wire', 'import-x/no-extraneous-dependencies', "export type { Packet } from 'mqtt-packet';", "export type { MqttClient } from 'mqtt';"],
    ['core/src', 'no-restricted-syntax', 'export enum Color { Red }', "export type Color = 'red';"],
    ['core/src', 'no-restricted-syntax', "export * from './internal/clock.js';", "export type { Clock } from './internal/clock.js';"],
    ['core/src', 'no-console', "console.log('x');", 'export const log = 1;'],
    ['core/src', 'eqeqeq', 'export const f = (a: number, b: number) => a == b;', 'export const f = (a: number, b: number) => a === b;'],
    ['core/src', 'max-lines', 'export const x = [\n' + '1,\n'.repeat(400) + '];', 'export const x = [1];'],
  ],
  'core, mqtt only in wire/': [
    ['core/src/connection', 'rxmqtt/import-rooms', "import mqtt from 'mqtt'; export const x = mqtt.Client;", 'export const x = 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', "export type { MqttClient } from 'mqtt';", 'export type MqttClient = 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', "export const load = () => import('mqtt');", 'export const load = () => 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', 'export const load = () => import(`mqtt`);', 'export const load = () => 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', 'export const load = (name: string) => import(name);', 'export const load = () => 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', "export type C = import('mqtt').MqttClient;", 'export type C = 1;'],
    ['core/src/connection', 'rxmqtt/import-rooms', "export type { Packet } from 'mqtt-packet';", 'export type Packet = 1;'],
    ['core/src', 'rxmqtt/import-rooms', "export type { MqttClient } from 'mqtt';", 'export type MqttClient = 1;'],
    ['core/src/wire', 'rxmqtt/import-rooms', "export type { Observable } from 'rxjs';", "export const load = () => import('mqtt');"],
    ['core/src/wire', 'rxmqtt/import-rooms', "export type { X } from 'aedes';", "export type { MqttClient } from 'mqtt';"],
  ],
  'core, Node only in its folders': [
    ['core/src/wire', 'rxmqtt/import-rooms', "export type { Socket } from 'node:net';", 'export type Socket = unknown;'],
    ['core/src/connection', 'rxmqtt/import-rooms', "export { SocksClient } from 'socks';", 'export const SocksClient = 1;'],
  ],
  'core, leaves and closed rooms': [
    ['core/src/topics', 'rxmqtt/import-rooms', "export type { Clock } from '../internal/clock.js';", "export type { MqttError } from '../errors/mqtt-error.js';"],
    ['core/src/errors', 'rxmqtt/import-rooms', "export type { X } from '../topics/match-topic.js';", "export type { MqttError } from './mqtt-error.js';"],
    ['core/src/connection', 'rxmqtt/import-rooms', "export type { X } from '../testing/index.js';", "export type { Clock } from '../internal/clock.js';"],
    ['core/src', 'rxmqtt/import-rooms', "export type { X } from './testing/index.js';", "export type { Clock } from './internal/clock.js';"],
  ],
  'core, time and randomness': [
    ['core/src/connection', 'no-restricted-globals', 'setTimeout(() => undefined, 1);', 'queueMicrotask(() => undefined);'],
    ['core/src/wire', 'no-restricted-globals', 'export const t = setInterval(() => undefined, 1);', 'queueMicrotask(() => undefined);'],
    ['core/src/testing', 'no-restricted-globals', 'export const t = setTimeout(() => undefined, 1);', 'queueMicrotask(() => undefined);'],
    ['core/src/connection', 'no-restricted-properties', 'export const now = () => Date.now();', 'export const now = (at: number) => new Date(at);'],
    ['core/src/connection', 'no-restricted-properties', 'export const now = () => Math.random();', 'export const now = () => Math.max(1, 2);'],
    ['core/src/connection', 'no-restricted-properties', 'globalThis.setTimeout(() => undefined, 1);', 'globalThis.queueMicrotask(() => undefined);'],
    ['core/src/connection', 'no-restricted-globals', "export const b = Buffer.from('x');", 'export const b = new Uint8Array(1);'],
    ['core/src/connection', 'no-restricted-globals', 'export const p = process.pid;', 'export const p = 1;'],
    ['core/src/connection', 'no-restricted-globals', 'export const id = crypto.randomUUID();', 'export const id = 1;'],
    ['core/src/internal', 'no-restricted-globals', 'setTimeout(() => undefined, 1);', 'queueMicrotask(() => undefined);'],
  ],
  rx: [
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { MqttClient } from 'mqtt';", "export type { Observable } from 'rxjs';"],
    ['rx/src/client', '@nx/enforce-module-boundaries', "export type { MqttClient } from 'mqtt';", "export type { Observable } from 'rxjs';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { X } from '@rxmqtt/core/dist/esm/x.js';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { X } from '@rxmqtt/core/testing';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { X } from '../../../core/src/index.js';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', '@nx/enforce-module-boundaries', "export type { X } from '../../../core/src/index.js';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { X } from '../testing/index.js';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export type { Readable } from 'node:stream';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/client', 'rxmqtt/import-rooms', "export { toReadable } from '../node/index.js';", "export { MqttError } from '@rxmqtt/core';"],
    ['rx/src/node', 'rxmqtt/import-rooms', "export type { MqttClient } from 'mqtt';", "export type { Readable } from 'node:stream';"],
    ['rx/src/client', 'no-restricted-globals', 'setTimeout(() => undefined, 1);', "export { timer } from 'rxjs';"],
    ['rx/src/client', 'rxjs-x/no-internal', "import { of } from 'rxjs/internal/observable/of';\nexport const a$ = of(1);", "import { of } from 'rxjs';\nexport const a$ = of(1);"],
    ['rx/src/client', 'rxjs-x/prefer-root-operators', "export { map } from 'rxjs/operators';", "export { map } from 'rxjs';"],
    [
      'rx/src/client',
      'rxjs-x/no-nested-subscribe',
      "import { of } from 'rxjs';\nof(1).subscribe({ next: () => { of(2).subscribe({ error: () => undefined }); }, error: () => undefined });",
      "import { of } from 'rxjs';\nof(1).subscribe({ error: () => undefined });",
    ],
    [
      'rx/src/client',
      'rxjs-x/no-exposed-subjects',
      "import { Subject } from 'rxjs';\nexport class A { readonly a$ = new Subject<number>(); }",
      "import { of } from 'rxjs';\nexport class A { readonly a$ = of(1); }",
    ],
    ['rx/src/client', 'rxjs-x/finnish', "import { of } from 'rxjs';\nexport const a = of(1);", "import { of } from 'rxjs';\nexport const a$ = of(1);"],
    ['rx/src/testing', 'rxmqtt/import-rooms', "export type { X } from '@rxmqtt/core/dist/x.js';", "import { Subject } from 'rxjs';\nexport class A { readonly a$ = new Subject<number>(); }"],
  ],
  examples: [
    ['examples/src/plant', 'no-restricted-imports', "export type { X } from '@rxmqtt/core/src/index.js';", "export { connect } from '@rxmqtt/rx';"],
    ['examples/src/plant', '@nx/enforce-module-boundaries', "export type { MqttClient } from 'mqtt';", "export { connect } from '@rxmqtt/rx';"],
  ],
};

for (const [group, rows] of Object.entries(cases)) {
  describe(`lint of ${group}`, () => {
    for (const [folder, rule, bad, good] of rows) {
      it(`${folder}: ${rule} refuses ${bad.split('\n').at(-1).slice(0, 80)}`, async () => {
        const file = `packages/${folder}/${fixture}`;
        const refused = await lint(file, bad);
        assert.ok(
          refused.some((message) => message.startsWith(`${rule}: `)),
          `${rule} is silent; got:\n${refused.join('\n')}`,
        );
        const accepted = await lint(file, good);
        assert.deepEqual(
          accepted.filter((message) => message.startsWith(`${rule}: `) || message.startsWith('fatal')),
          [],
        );
      });
    }
  });
}

describe('lint exceptions', () => {
  it('lets specs import mqtt, test brokers and testing/', async () => {
    const code =
      "import mqtt from 'mqtt';\nimport { Aedes } from 'aedes';\nimport * as t from '../testing/index.js';\nexport const x = [mqtt, Aedes, t];";
    const messages = await lint('packages/core/src/connection/lint-selftest.spec.ts', code);
    assert.deepEqual(
      messages.filter((message) => /import-rooms|module-boundaries|fatal/.test(message)),
      [],
    );
  });

  for (const [file, code] of [
    ['clock', 'export const now = () => performance.now() + Date.now();'],
    ['random', 'export const random = () => Math.random();'],
  ]) {
    it(`lets internal/${file}.ts reach the machine`, async () => {
      assert.deepEqual(await lint(`packages/core/src/internal/${file}.ts`, code), []);
    });
  }
});

describe('import cycles', () => {
  const fixtures = new ESLint({
    cwd: root,
    overrideConfigFile: join(root, 'eslint.config.mjs'),
    overrideConfig: inMemory,
  });
  const cyclesIn = async (file) => {
    const [result] = await fixtures.lintFiles([join(root, 'tools/lint-rules/fixtures', file)]);
    assert.deepEqual(
      result.messages.filter((message) => message.fatal),
      [],
    );
    return result.messages.filter(({ ruleId }) => ruleId === 'import-x/no-cycle').length;
  };

  it('are refused over three files with .js specifiers', async () => {
    assert.equal(await cyclesIn('cycle-a.ts'), 1);
  });

  it('are not seen where there are none', async () => {
    assert.equal(await cyclesIn('straight.ts'), 0);
  });
});
