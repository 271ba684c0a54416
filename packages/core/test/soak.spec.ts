import { Soak } from './soak/soak.js';
import { leavesNothingBehind } from './support/globals.js';

/*
 * Four publishers and four subscribers on Debian's mosquitto, behind a proxy that cuts each connection 50 to 500 ms after it
 * was made, and with restarts of the broker. `npm run soak -- 120` runs it for two minutes, and says what it found.
 */

const seconds = Number(process.env['RXMQTT_SOAK_SECONDS'] ?? 10);
const restartEvery = Math.min(30, seconds / 2.5);
const seed = Number(process.env['RXMQTT_SOAK_SEED'] ?? 1);

jest.setTimeout(seconds * 1_000 + 180_000);
leavesNothingBehind();

test(`nothing is lost, doubled or disordered in ${String(seconds)} s of cuts and restarts (seed ${String(seed)})`, async () => {
  const result = await new Soak({ seconds, restartEvery, seed }).run();
  if (process.env['RXMQTT_FIGURES'] !== undefined) process.stdout.write(`${JSON.stringify(result, undefined, 1)}\n`);
  const { lost, duplicatesQoS2, doubled, disorder, failed, warnings, drops, sessionsLost, heap, handles } = result;
  expect({ lost, duplicatesQoS2, doubled, disorder, failed, warnings, drops, sessionsLost }).toEqual({
    lost: 0,
    duplicatesQoS2: 0,
    doubled: [],
    disorder: 0,
    failed: [],
    warnings: [],
    drops: 0,
    sessionsLost: 0,
  });
  expect(result.cuts).toBeGreaterThan(seconds);
  expect(result.restarts).toBeGreaterThan(0);
  expect(result.deliveries).toBeGreaterThanOrEqual(result.published * 4);
  // Half a megabyte a minute, from the first look on; and no more sockets than clients, brokers and proxies have.
  const growth = heap.at(-1)! - heap[0]!;
  expect(growth).toBeLessThan((4 << 20) + (seconds / 60) * (1 << 19));
  expect(Math.max(...handles)).toBeLessThan(100);
});
