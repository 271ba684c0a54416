import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('../roles/child.mjs', import.meta.url));
const STDERR_KEPT = 2_000;

/**
 * Measures one contestant once, in a child process with a deadline. Never rejects: fulfils with its sample, or with
 * `{ failure }` in words.
 * @param nodeOptions flags that the role needs of Node, such as `--expose-gc`.
 */
export function runContestant({ role, contestant, name, setting, peer, deadlineSeconds, profile, nodeOptions = [] }) {
  const job = JSON.stringify({ role, contestant, name, setting, profile });
  const child = fork(CHILD, [job], { execArgv: nodeOptions, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });

  return new Promise((resolve) => {
    let result;
    let stderr = '';
    const deadline = setTimeout(() => {
      result ??= { failure: `not done within ${deadlineSeconds} s` };
      child.kill('SIGKILL');
    }, deadlineSeconds * 1_000);

    child.stderr.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT);
    });
    child.on('message', (message) => {
      if (message.type === 'sample') result ??= message.sample;
      else void peer?.report().then((report) => tell(child, { type: 'report', report }));
    });
    if (peer !== undefined) peer.onReached = () => tell(child, { type: 'reached' });
    child.on('close', (code) => {
      clearTimeout(deadline);
      resolve(result ?? { failure: firstErrorOf(stderr) ?? `ended with code ${code}` });
    });
  });
}

/** A contestant may be gone before it hears the news. */
function tell(child, message) {
  if (child.connected) child.send(message, () => undefined);
}

function firstErrorOf(stderr) {
  return stderr
    .split('\n')
    .find((line) => /^\s*(\w*Error|Error)\b.*:/.test(line))
    ?.trim();
}
