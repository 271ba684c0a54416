import { createConnection } from '../../src/index.js';
import type { QoS } from '../../src/index.js';
import { levelStore } from '../../src/store-level/index.js';

/*
 * Publishes numbers, QoS 1 and 2 by turns, into a store on disk, and says which of them are stored, until it is killed; or
 * only sends what an earlier one has left. Arguments: URL, path, first number, how many.
 */

const [url = '', path = '', first, count] = process.argv.slice(2);
const BURST = 15;

const connection = createConnection(url, {
  clientId: 'publisher',
  reconnect: { initialDelay: 1, maxDelay: 1 },
  session: { store: await levelStore(path), expiry: 3600 },
});
connection.on('warning', ({ what }) => {
  process.stdout.write(`warning ${what}\n`);
});
await connection.open();
const last = Number(first) + Number(count);
for (let number = Number(first); number < last; number++) {
  const qos: QoS = number % 2 === 0 ? 1 : 2;
  // To a pipe it is written at once: what was said before the process died was said.
  void connection
    .publish('numbers', String(number), { qos })
    .stored.then(() => process.stdout.write(`stored ${String(number)}\n`));
  if (number % BURST === 0) await new Promise((resolve) => setImmediate(resolve));
}
const { unsettled } = await connection.drain({ deadline: 20_000 });
process.stdout.write(`left ${String(unsettled)}\n`);
