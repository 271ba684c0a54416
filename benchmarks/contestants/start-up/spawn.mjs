import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEADLINE_MS = 20_000;

/**
 * Runs one of the programs of this folder in a fresh process of Node.
 * @returns milliseconds since the start of its process: when its imports were there (`imported`) and when CONNACK was
 * (`connected`), and its CPU time until then (`cpu`).
 */
export async function start({ program, url }) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await run(process.execPath, [file, url], { timeout: DEADLINE_MS });
  const [imported, connected, cpuMicros] = JSON.parse(stdout);
  return { imported, connected, cpu: cpuMicros / 1e3 };
}
