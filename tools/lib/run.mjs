import { execFile } from 'node:child_process';

/** Runs a command to its end; what it printed is in the error when it fails. */
export function run([command, ...args], options = {}) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 64 << 20, timeout: 180_000, ...options }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${[command, ...args].join(' ')}\n${stdout}\n${stderr}\n${error.message}`));
      else resolve(stdout);
    });
  });
}
