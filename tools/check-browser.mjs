// Whether the built packages talk to a broker from a real browser: Chromium, over WebSocket, to mosquitto.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { bundleForBrowser } from './lib/browser-bundle.mjs';
import { check } from './lib/checks.mjs';
import { findChromium } from './lib/executables.mjs';
import { startMosquitto } from './lib/mosquitto.mjs';
import { root } from './lib/workspace.mjs';

const contents = `
import { createConnection } from '@rxmqtt/core';
import { levelStore } from '@rxmqtt/core/store-level';
import { connect } from '@rxmqtt/rx';

globalThis.echo = (url) => new Promise((resolve, reject) => {
  const mqtt = connect(url);
  let echoed, acknowledged;
  const settle = () => {
    if (echoed === undefined || acknowledged === undefined) return;
    mqtt.close().then(() => resolve({ echoed, acknowledged }), reject);
  };
  mqtt.observe('t/+').subscribe({
    next: (message) => { echoed = message.topic + ' ' + new TextDecoder().decode(message.payload); settle(); },
    error: reject,
  });
  mqtt.publish('t/1', 'hello', { qos: 1 }).subscribe({
    next: () => { acknowledged = true; settle(); },
    error: reject,
  });
});

globalThis.resume = async (url) => {
  const open = async () => createConnection(url, { clientId: 'page', session: { store: await levelStore('outbox') } });
  const before = await open();
  await before.publish('t/2', 'stored', { qos: 2 }).stored;
  await before.close();
  const after = await open();
  const restored = new Promise((resolve) => after.on('restored', ({ publications }) => resolve(publications[0])));
  await after.open();
  const { topic, qos } = await (await restored);
  await after.close();
  return { topic, qos };
};

// A client that stays: what it has received, how often it has been connected, and what the core refuses in a page.
globalThis.stay = (url) => {
  const mqtt = connect(url, { keepalive: 2, reconnect: { initialDelay: 50, maxDelay: 200 } });
  const seen = { connects: 0, received: [], acknowledged: [] };
  mqtt.state$.subscribe(({ type }) => { if (type === 'connected') seen.connects++; });
  mqtt.observe('stay/+', { qos: 1 }).subscribe((message) => seen.received.push(new TextDecoder().decode(message.payload)));
  globalThis.seen = seen;
  globalThis.mqtt = mqtt;
  globalThis.publish = (text) => {
    mqtt.publish('stay/1', text, { qos: 1 }).subscribe(() => seen.acknowledged.push(text));
  };
};
globalThis.refused = (url, options) => {
  try {
    connect(url, options);
  } catch (error) {
    return error.problems.map(({ path }) => path);
  }
};
globalThis.ready = true;
`;

// Without these, Chromium calls home at every start; the sandbox does not run as root.
const chromiumFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

function serve(folder) {
  return createServer((request, response) => {
    const name = basename(new URL(request.url, 'http://localhost').pathname);
    if (name === '') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>');
      return;
    }
    response.setHeader('content-type', 'text/javascript');
    readFile(join(folder, name)).then(
      (file) => response.end(file),
      () => response.writeHead(404).end(),
    );
  });
}

/** A page with the bundle in it, and all that it needs; `use` gets them, and everything is put away afterwards. */
async function withPage(use) {
  const executablePath = findChromium();
  assert.ok(executablePath, 'Chromium is not installed: run node tools/setup-system.mjs.');
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rxmqtt-browser-')));
  const server = serve(folder);
  const undo = [
    () => rm(folder, { recursive: true, force: true }),
    () => {
      server.closeAllConnections();
      server.close();
    },
  ];
  try {
    const bundle = await bundleForBrowser({ contents, resolveDir: root, outdir: folder });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const broker = await startMosquitto();
    undo.push(() => broker.stop());
    const browser = await chromium.launch({ executablePath, args: chromiumFlags });
    undo.push(() => browser.close());

    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints = [];
    const scripts = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => scripts.push(basename(new URL(request.url()).pathname)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction('globalThis.ready', undefined, { timeout: 15_000 });
    const url = `ws://127.0.0.1:${broker.webSocket}`;
    return await use({ page, context, browser, broker, bundle, url, complaints, scripts });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

await check('browser: publishes and observes over WebSocket in Chromium', () =>
  withPage(async ({ page, browser, bundle, url, complaints, scripts }) => {
    assert.deepEqual(bundle.unresolved, [], 'the bundle wants what no browser has');
    assert.deepEqual(bundle.nodeOnly, [], 'the bundle holds what is for Node only');
    const lazy = bundle.mqttChunks.map((path) => basename(path));
    assert.deepEqual(
      scripts.filter((name) => lazy.includes(name)),
      [],
      'MQTT.js was loaded before it was needed',
    );
    const result = await Promise.race([
      page.evaluate((address) => globalThis.echo(address), url),
      page.waitForTimeout(20_000).then(() => assert.fail(`no echo within 20 s\n${complaints.join('\n')}`)),
    ]);
    assert.deepEqual(result, { echoed: 't/1 hello', acknowledged: true });
    const resumed = await Promise.race([
      page.evaluate((address) => globalThis.resume(address), url),
      page.waitForTimeout(20_000).then(() => assert.fail(`no resumed session within 20 s\n${complaints.join('\n')}`)),
    ]);
    assert.deepEqual(resumed, { topic: 't/2', qos: 2 });
    assert.deepEqual(complaints, []);
    return browser.version();
  }),
);

await check('browser: survives a restart of the broker, and being offline', () =>
  withPage(async ({ page, context, broker, url }) => {
    const until = (expression, what) =>
      page.waitForFunction(expression, undefined, { timeout: 20_000 }).catch(async () => {
        assert.fail(
          `${what}: ${JSON.stringify(await page.evaluate('[globalThis.mqtt.connection.state.type, globalThis.seen]'))}`,
        );
      });
    const publish = (text) => page.evaluate((payload) => globalThis.publish(payload), text);
    const arrived = (text) =>
      until(`globalThis.seen.received.includes('${text}') && globalThis.seen.acknowledged.includes('${text}')`, text);

    await page.evaluate((address) => globalThis.stay(address), url);
    await publish('first');
    await arrived('first');

    await broker.end();
    await until(`globalThis.mqtt.connection.state.type !== 'connected'`, 'the loss is noticed');
    await publish('while the broker was gone');
    await broker.start();
    await arrived('while the broker was gone');

    await context.setOffline(true);
    await broker.end();
    await broker.start();
    await until(`globalThis.mqtt.connection.state.type !== 'connected'`, 'being offline is noticed');
    await publish('while offline');
    const before = await page.evaluate('globalThis.seen.connects');
    await page.waitForTimeout(1_000);
    assert.equal(await page.evaluate('globalThis.seen.connects'), before, 'nobody can connect while offline');
    await context.setOffline(false);
    await arrived('while offline');

    await publish('last');
    await arrived('last');
    const connects = await page.evaluate('globalThis.seen.connects');
    await page.evaluate('globalThis.mqtt.close()');
    return `${connects} connections`;
  }),
);

await check('browser: what a page cannot do is refused at once', () =>
  withPage(async ({ page, url }) => {
    const refused = (address, options) =>
      page.evaluate(([to, having]) => globalThis.refused(to, having), [address, options]);
    assert.deepEqual(await refused('mqtt://localhost', {}), ['url']);
    assert.deepEqual(await refused(url, { webSocket: { headers: { a: 'b' } } }), ['webSocket.headers']);
    assert.deepEqual(await refused(url, { proxy: 'env', socket: {} }), ['proxy', 'socket']);
    assert.deepEqual(await refused(url.replace('ws:', 'wss:'), { tls: {} }), ['tls']);
  }),
);
