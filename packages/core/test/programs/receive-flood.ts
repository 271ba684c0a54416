import { createConnection } from '../../src/index.js';
import type { SubscribeOptions } from '../../src/index.js';
import { MemoryWatch } from './memory.js';

/*
 * Receives a flood with a listener whose promise takes its time, and tells what became of it. Arguments: URL, overflow
 * policy, milliseconds per message, how many come.
 */

const [url = '', overflow, milliseconds, count] = process.argv.slice(2);
const sent = Number(count);
// The server makes its flood in one go, and answers no ping meanwhile.
const connection = createConnection(url, { keepalive: 120 });
let delivered = 0;
let dropped = 0;
let ends = 0;
let losses = 0;
const errors: string[] = [];
connection.on('drop', () => {
  dropped++;
});
connection.on('lost', () => {
  losses++;
});
await connection.open();
const slow = connection.subscribe(
  'flood/#',
  { overflow: overflow as NonNullable<SubscribeOptions['overflow']> },
  {
    message: () => {
      delivered++;
      return new Promise((resolve) => {
        setTimeout(resolve, Number(milliseconds));
      });
    },
    error: (error) => {
      errors.push(error.code);
    },
  },
);
// Comes behind each flood.
const end = connection.subscribe('end', { qos: 1 }, () => {
  ends++;
});
// The runtime takes its own share when it first runs, code and its young generation: a first flood is for that.
connection.subscribe('first/#', {}, () => undefined);
await Promise.all([slow.ready, end.ready]);
const cold = new MemoryWatch();
process.send?.('ready');
while (ends < 1) await turn();
const warm = new MemoryWatch();
process.send?.('warm');
while (losses === 0 && (ends < 2 || delivered + dropped < sent)) await turn();
warm.stop();
cold.stop();
const growth = { warm: warm.resident, cold: cold.resident, external: cold.external };
process.send?.({ growth, delivered, dropped, losses, errors });
await connection.close();
process.disconnect();

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}
