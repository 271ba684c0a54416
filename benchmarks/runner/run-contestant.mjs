import { startChild } from './start-child.mjs';

const STDERR_KEPT = 2_000;

/**
 * Measures one contestant once, in a child process with a deadline. Never rejects: fulfils with its sample, or with
 * `{ failure }` in words.
 * @param python whether the contestant is one in Python.
 * @param nodeOptions flags that the role needs of Node, such as `--expose-gc`.
 */
export function runContestant(measurement) {
  const { role, contestant, name, setting, peer, deadlineSeconds, profile, python, nodeOptions } = measurement;
  const job = JSON.stringify({ role, contestant, name, setting, profile });

  return new Promise((resolve) => {
    let result;
    let stderr = '';
    const { child, tell } = startChild(job, {
      python,
      nodeOptions,
      onMessage: (message) => {
        if (message.type === 'sample') {
          result ??= message.sample;
          return;
        }
        void peer?.report().then((report) => {
          tell({ type: 'report', report });
        });
      },
    });
    const deadline = setTimeout(() => {
      result ??= { failure: `not done within ${deadlineSeconds} s` };
      child.kill('SIGKILL');
    }, deadlineSeconds * 1_000);

    child.stderr.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-STDERR_KEPT);
    });
    if (peer !== undefined) {
      peer.onReached = () => {
        tell({ type: 'reached' });
      };
    }
    child.on('close', (code) => {
      clearTimeout(deadline);
      resolve(result ?? { failure: firstErrorOf(stderr) ?? `ended with code ${code}` });
    });
  });
}

function firstErrorOf(stderr) {
  return stderr
    .split('\n')
    .find((line) => /^\s*(\w*Error|Error)\b.*:/.test(line))
    ?.trim();
}
