import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Level } from 'level';
import { InvalidOptionsError, type SessionStore, StoreError, type StoreEntry } from '../src/index.js';
import { levelStore } from '../src/store-level/index.js';
import { sessionStoreCases } from '../src/testing/index.js';
import { newPath } from './support/folders.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { failure, openConnection } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';

leavesNothingBehind();

const value = (text: string): Uint8Array => new TextEncoder().encode(text);

async function contents(store: SessionStore): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for await (const entry of store.read()) entries.push(entry);
  return entries;
}

const texts = (entries: readonly StoreEntry[]): string[] =>
  entries.map(({ key, value: bytes }) => `${key}=${Buffer.from(bytes).toString()}`);

/** A closed store with these entries, each written by itself. */
async function closedStore(path: string, ...keys: string[]): Promise<void> {
  const store = await levelStore(path);
  for (const key of keys) await store.write([{ type: 'put', key, value: value(`value of ${key}`) }]);
  await store.close();
}

/** Opens, reads and closes. */
async function reopened(path: string): Promise<{ entries: string[]; warnings: string[] }> {
  const store = await levelStore(path);
  const entries = texts(await contents(store));
  await store.close();
  return { entries, warnings: (store.warnings ?? []).map(({ what }) => what) };
}

const files = (path: string, pattern: RegExp): string[] =>
  readdirSync(path)
    .filter((name) => pattern.test(name))
    .sort();

describe('a store in a folder', () => {
  test.each(sessionStoreCases)('$name', async ({ run }) => {
    const path = newPath();
    await run({ open: () => levelStore(path) });
  });
});

describe('a store in a database that is open already', () => {
  async function database(): Promise<Level> {
    const level = new Level(newPath());
    await level.open();
    cleanup(() => level.close());
    return level;
  }

  test.each(sessionStoreCases)('$name', async ({ run }) => {
    const level = await database();
    await run({ open: () => levelStore(level) });
  });

  test('leaves alone what else is in there, and other sessions', async () => {
    const level = await database();
    for (const key of ['a', 'rxmqtt', 'rxmqtt0', 'z']) await level.put(key, 'mine');
    const one = await levelStore(level, { name: 'Plant/7' });
    const two = await levelStore(level, { name: 'plant/7' });
    await one.write([{ type: 'put', key: 'session', value: value('1') }]);
    await two.write([{ type: 'put', key: 'session', value: value('2') }]);
    expect(texts(await contents(one))).toEqual(['session=1']);
    expect(texts(await contents(two))).toEqual(['session=2']);
    await one.close();
    expect(await level.get('a')).toBe('mine');
    expect(await level.keys().all()).toEqual([
      'a',
      'rxmqtt',
      'rxmqtt/=50lant=2f7/session',
      'rxmqtt/plant=2f7/session',
      'rxmqtt0',
      'z',
    ]);
  });
});

describe('the files of a store', () => {
  const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

  test('are for this user only, also those that come while it grows', async () => {
    const path = newPath();
    const store = await levelStore(path);
    for (let i = 0; i < 40; i++) {
      await store.write([{ type: 'put', key: `k${String(i)}`, value: new Uint8Array(256 * 1024).fill(i) }]);
    }
    const open = readdirSync(path).filter((name) => name !== 'LOCK');
    expect(open.length).toBeGreaterThan(5);
    await store.close();
    expect(modeOf(path)).toBe(0o700);
    expect(readdirSync(path).filter((name) => modeOf(join(path, name)) !== 0o600)).toEqual([]);
  });

  test('a folder that others could look into is closed to them', async () => {
    const path = newPath();
    mkdirSync(path, { mode: 0o755 });
    chmodSync(path, 0o755);
    await (await levelStore(path)).close();
    expect(modeOf(path)).toBe(0o700);
  });

  test('are never reached through a symbolic link', async () => {
    const path = newPath();
    mkdirSync(`${path}-target`);
    symlinkSync(`${path}-target`, path);
    expect(await failure(levelStore(path))).toMatchObject({
      code: 'ERR_MQTT_STORE',
      message: expect.stringContaining('symbolic link'),
    });
    expect(readdirSync(`${path}-target`)).toEqual([]);
    const folder = newPath();
    mkdirSync(folder);
    symlinkSync('/dev/null', join(folder, '000003.log'));
    expect(await failure(levelStore(folder))).toBeInstanceOf(StoreError);
  });

  test('never mix with those of somebody else', async () => {
    const path = newPath();
    mkdirSync(path, { mode: 0o755 });
    chmodSync(path, 0o755);
    writeFileSync(join(path, 'letter.txt'), 'dear');
    expect(await failure(levelStore(path))).toMatchObject({ message: expect.stringContaining('letter.txt') });
    expect(modeOf(path)).toBe(0o755);
    const file = newPath();
    writeFileSync(file, '');
    expect(await failure(levelStore(file))).toBeInstanceOf(StoreError);
  });

  test('a name stays within the folder, whatever it is', async () => {
    const path = newPath();
    for (const name of ['../../escape', '.', '..', 'A', 'a', 'ä/b', 'plant 7\n']) {
      const store = await levelStore(path, { name });
      await store.write([{ type: 'put', key: 'session', value: value(name) }]);
      await store.close();
    }
    expect(readdirSync(dirname(path))).toEqual([basename(path)]);
    expect(readdirSync(path).sort()).toEqual([
      '=2e',
      '=2e=2e',
      '=2e=2e=2f=2e=2e=2fescape',
      '=41',
      '=c3=a4=2fb',
      'a',
      'plant=207=0a',
    ]);
  });

  test.each([
    ['', {}],
    ['a\0b', {}],
    [undefined, {}],
    ['a', { name: '' }],
    ['a', { name: 'ä'.repeat(100) }],
    ['a', { sync: 1 }],
    ['a', { snyc: true }],
    ['a', null],
  ])('what cannot be used is refused at once: %p %p', async (place, options) => {
    expect(await failure(levelStore(place as string, options as object))).toBeInstanceOf(InvalidOptionsError);
  });
});

describe('what a store must not keep', () => {
  test('is what proves who we are: no byte of it is in the folder', async () => {
    const path = newPath();
    const broker = await startBroker();
    const connection = await openConnection(
      broker.url.replace('mqtt://', 'mqtt://url-canary-user:url-canary-password@'),
      {
        clientId: 'known',
        will: { topic: 'will', payload: 'will-canary' },
        userProperties: [['token', 'property-canary']],
        session: { store: await levelStore(path) },
      },
    );
    await connection.publish('t', 'payload', { qos: 1 }).stored;
    await connection.close();
    const other = await openConnection(broker.url, {
      clientId: 'known',
      credentials: () => ({ username: 'provider-canary-user', password: 'provider-canary-password' }),
      session: { store: await levelStore(path) },
    });
    await other.publish('t', 'payload', { qos: 2 }).stored;
    await other.close();
    const bytes = Buffer.concat(readdirSync(path).map((name) => readFileSync(join(path, name)))).toString('latin1');
    expect(bytes).toContain('known');
    expect(bytes).toContain('payload');
    expect(bytes).not.toContain('canary');
  });
});

describe('one folder', () => {
  test('is for one store at a time', async () => {
    const path = newPath();
    const store = await levelStore(path);
    expect(await failure(levelStore(path))).toMatchObject({
      code: 'ERR_MQTT_STORE',
      retryable: true,
      message: expect.stringContaining('in use'),
    });
    await store.close();
    await (await levelStore(path)).close();
  });

  test('is for one process at a time', async () => {
    const path = newPath();
    const script = `const { Level } = require('level'); new Level(${JSON.stringify(path)}).open().then(() => { console.log('open'); setInterval(() => {}, 1000); });`;
    const child = spawn(process.execPath, ['-e', script], { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    cleanup(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    await once(child.stdout, 'data');
    expect(await failure(levelStore(path))).toMatchObject({
      code: 'ERR_MQTT_STORE',
      message: expect.stringContaining('in use by another'),
    });
    child.kill('SIGKILL');
    await exited;
    await (await levelStore(path)).close();
  });
});

describe('a damaged store', () => {
  test('that ends at any byte of its last record starts every time, with all records before', async () => {
    const path = newPath('model');
    await closedStore(path, 'a', 'b', 'c');
    const [log] = files(path, /\.log$/);
    const whole = readFileSync(join(path, log!));
    // The last record: its header of 7 bytes, then sequence and count (12), then the operation.
    const last = 7 + 12 + 1 + 1 + 'c'.length + 1 + 'value of c'.length;
    for (let size = whole.length - last; size < whole.length; size++) {
      const copy = newPath();
      cpSync(path, copy, { recursive: true });
      truncateSync(join(copy, log!), size);
      expect((await reopened(copy)).entries).toEqual(['a=value of a', 'b=value of b']);
      rmSync(copy, { recursive: true });
    }
    expect((await reopened(path)).entries).toEqual(['a=value of a', 'b=value of b', 'c=value of c']);
  });

  test('in which any byte of the last record has changed starts, and says so', async () => {
    const path = newPath('model');
    await closedStore(path, 'a', 'b', 'c');
    const [log] = files(path, /\.log$/);
    const whole = readFileSync(join(path, log!));
    let told = 0;
    for (let back = 1; back <= 30; back++) {
      const copy = newPath();
      cpSync(path, copy, { recursive: true });
      const bytes = Buffer.from(whole);
      bytes[bytes.length - back]! ^= 0xff;
      writeFileSync(join(copy, log!), bytes);
      const { entries, warnings } = await reopened(copy);
      expect(entries.slice(0, 2)).toEqual(['a=value of a', 'b=value of b']);
      if (warnings.length > 0) told++;
      rmSync(copy, { recursive: true });
    }
    expect(told).toBeGreaterThan(20);
  });

  test.each([
    ['CURRENT', (path: string) => truncateSync(join(path, 'CURRENT'), 3)],
    ['the manifest, cut', (path: string) => truncateSync(join(path, files(path, /^MANIFEST/)[0]!), 5)],
    ['the manifest, gone', (path: string) => rmSync(join(path, files(path, /^MANIFEST/)[0]!))],
    [
      'a table, overwritten',
      (path: string) => writeFileSync(join(path, files(path, /\.ldb$/)[0]!), Buffer.alloc(100, 7)),
    ],
    ['a table, gone', (path: string) => rmSync(join(path, files(path, /\.ldb$/)[0]!))],
  ])('starts, says so, and keeps what can be kept: %s', async (_, harm) => {
    const path = newPath();
    await closedStore(path, 'a', 'b');
    // Opening turns the log into a table.
    await closedStore(path, 'c');
    harm(path);
    const { entries, warnings } = await reopened(path);
    expect(warnings).toHaveLength(1);
    expect(['c=value of c', 'a=value of a,b=value of b,c=value of c', '']).toContain(entries.join());
    expect((await reopened(path)).warnings).toEqual([]);
  });

  test('beyond repair is put aside, and another one begun', async () => {
    const path = newPath();
    await closedStore(path, 'a');
    const repair = jest
      .spyOn(Level as unknown as { repair(path: string): Promise<void> }, 'repair')
      .mockRejectedValue(new Error('hopeless'));
    cleanup(() => repair.mockRestore());
    truncateSync(join(path, 'CURRENT'), 3);
    expect(await reopened(path)).toEqual({ entries: [], warnings: [expect.stringContaining('beyond repair')] });
    expect(readdirSync(dirname(path)).sort()).toEqual(['store', 'store.damaged-1']);
  });

  test('with rubbish behind its last record starts', async () => {
    const path = newPath();
    await closedStore(path, 'a');
    appendFileSync(join(path, files(path, /\.log$/)[0]!), Buffer.alloc(500, 0xee));
    expect((await reopened(path)).entries).toEqual(['a=value of a']);
  });
});
