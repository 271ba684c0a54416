import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findExecutable } from './executables.mjs';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Starts a throw-away broker on free ports of this machine: `{ mqtt, webSocket, stop(), end(), start() }`; after `end()` it can start again. */
export async function startMosquitto() {
  const executable = findExecutable('mosquitto');
  if (!executable) throw new Error('mosquitto is not installed: run node tools/setup-system.mjs.');
  const folder = await mkdtemp(join(tmpdir(), 'rxmqtt-mosquitto-'));
  const [mqtt, webSocket] = [await freePort(), await freePort()];
  const config = join(folder, 'mosquitto.conf');
  await writeFile(
    config,
    [
      `listener ${mqtt} 127.0.0.1`,
      `listener ${webSocket} 127.0.0.1`,
      'protocol websockets',
      'allow_anonymous true',
      'persistence false',
      '',
    ].join('\n'),
  );
  let broker;
  let exited;
  let log = '';
  const end = async () => {
    broker.kill();
    await exited;
  };
  const stop = async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async () => {
    broker = spawn(executable, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    exited = once(broker, 'exit');
    broker.stderr.on('data', (data) => (log += data));
    for (let attempt = 0; !((await answers(mqtt)) && (await answers(webSocket))); attempt++) {
      if (attempt === 100 || broker.exitCode !== null) {
        await stop();
        throw new Error(`mosquitto did not start:\n${log}`);
      }
      await sleep(50);
    }
  };
  await start();
  return { mqtt, webSocket, stop, end, start };
}
