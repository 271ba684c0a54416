import { parentPort, workerData } from 'node:worker_threads';

const { startsAt, intervalMs, count } = workerData;
const never = new Int32Array(new SharedArrayBuffer(4));

const untilDue = (beat) => beat * intervalMs - Number(process.hrtime.bigint() - startsAt) / 1e6;

for (let beat = 0; beat < count; beat++) {
  for (let left = untilDue(beat); left > 0; left = untilDue(beat)) Atomics.wait(never, 0, 0, left);
  parentPort.postMessage(beat);
}
