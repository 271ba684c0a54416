import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './programs.mjs';

const NODE_CHILD = fileURLToPath(new URL('../roles/child.mjs', import.meta.url));
const PYTHON_CHILD = fileURLToPath(new URL('../contestants/python/child.py', import.meta.url));

/**
 * Starts a process that measures a contestant, in Node or in Python.
 * @param job what it is told as its only argument.
 * @param onMessage gets what it says.
 * @returns the process, and how to `tell()` it something; it may be gone before it hears that.
 */
export function startChild(job, { python, nodeOptions = [], onMessage }) {
  return python ? startPython(job, onMessage) : startNode(job, nodeOptions, onMessage);
}

function startNode(job, nodeOptions, onMessage) {
  const child = fork(NODE_CHILD, [job], { execArgv: nodeOptions, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.on('message', onMessage);
  const tell = (message) => {
    if (child.connected) child.send(message, () => undefined);
  };
  return { child, tell };
}

function startPython(job, onMessage) {
  // Nothing is to be left behind in the folder.
  const child = spawn(PYTHON, ['-B', PYTHON_CHILD, job], { stdio: ['pipe', 'pipe', 'pipe'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    onMessage(JSON.parse(line));
  });
  child.stdin.on('error', () => undefined);
  const tell = (message) => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  return { child, tell };
}
