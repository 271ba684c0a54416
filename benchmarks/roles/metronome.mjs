import { Worker } from 'node:worker_threads';

/**
 * Calls `tick` with the number of each of `count` beats, `intervalMs` apart, the first one a little later. It is another thread that waits: the
 * timers of Node know whole milliseconds only. Beats come late when this thread is busy, and none is left out.
 * @returns gives how many milliseconds have passed since a beat was due, however late it came.
 */
export function startMetronome(intervalMs, count, tick) {
  const LEAD_MS = 100;
  // The clock of process.hrtime is the same in all threads.
  const startsAt = process.hrtime.bigint() + BigInt(LEAD_MS * 1e6);
  const workerData = { startsAt, intervalMs, count };
  new Worker(new URL('./metronome-worker.mjs', import.meta.url), { workerData }).on('message', tick);
  return (beat) => Number(process.hrtime.bigint() - startsAt) / 1e6 - beat * intervalMs;
}
