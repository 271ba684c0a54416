import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listens } from './ports.js';
import { within } from './within.js';

/** A proxy in a process of its own. */
export interface RunningProxy {
  readonly port: number;
  stop(): Promise<void>;
}

const USER = ['me', 'secret'] as const;

/** A SOCKS 5 proxy: microsocks. With a guard it wants the user `me` with the password `secret`. */
export async function startMicrosocks({ guarded = false } = {}): Promise<RunningProxy> {
  const port = await freePort();
  const guard = guarded ? ['-u', USER[0], '-P', USER[1]] : [];
  return running(
    spawn('microsocks', ['-i', '127.0.0.1', '-p', String(port), ...guard], { stdio: 'ignore' }),
    port,
    () => undefined,
  );
}

/** An HTTP proxy: tinyproxy. */
export async function startTinyproxy({ guarded = false } = {}): Promise<RunningProxy> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-tinyproxy-'));
  const config = join(directory, 'tinyproxy.conf');
  const guard = guarded ? [`BasicAuth ${USER.join(' ')}`] : [];
  writeFileSync(
    config,
    [`Port ${String(port)}`, 'Listen 127.0.0.1', 'Timeout 60', 'MaxClients 50', 'LogLevel Error', ...guard, ''].join(
      '\n',
    ),
  );
  return running(spawn('tinyproxy', ['-d', '-c', config], { stdio: 'ignore' }), port, () => {
    rmSync(directory, { recursive: true, force: true });
  });
}

async function running(child: ChildProcess, port: number, tidy: () => void): Promise<RunningProxy> {
  const exited = new Promise((resolve) => child.once('close', resolve));
  await within(listens(port), 5_000, `the proxy listens on ${String(port)}`);
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      tidy();
    },
  };
}
