import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathOf } from '../runner/programs.mjs';

/** A line of its log: when, who, at which quality, which filter. */
const SUBSCRIBED = /^\d+: \S+ [012] (\S+)$/;

/**
 * Starts mosquitto on a free port of this machine, with a configuration of its own that holds whatever a case sends:
 * 1,000 messages on their way to a client, any number waiting. It ends with this process.
 * @param settings further lines of the configuration.
 * @param onSubscribe called with the filter when a client has subscribed, as mosquitto's log says.
 * @returns its port.
 */
export async function startMosquitto({ settings = [], onSubscribe = () => undefined } = {}) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rxmqtt-bench-'));
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    'user root',
    'allow_anonymous true',
    'persistence false',
    'max_inflight_messages 1000',
    'max_queued_messages 0',
    'log_dest stderr',
    'log_type error',
    'log_type information',
    'log_type subscribe',
    `listener ${port} 127.0.0.1`,
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);

  const broker = spawn(pathOf('mosquitto'), ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.on('exit', () => {
    broker.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise((resolve, reject) => {
    let last = '';
    createInterface({ input: broker.stderr }).on('line', (line) => {
      last = line;
      if (line.endsWith(' running')) resolve();
      const [, filter] = SUBSCRIBED.exec(line) ?? [];
      if (filter !== undefined) onSubscribe(filter);
    });
    broker.on('exit', (code) => {
      reject(new Error(`mosquitto has ended with code ${code}; its last words: ${last}`));
    });
  });
  return port;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
