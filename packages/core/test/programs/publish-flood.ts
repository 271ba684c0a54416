import { createConnection } from '../../src/index.js';
import type { OverflowPolicy } from '../../src/index.js';
import { MemoryWatch } from './memory.js';

/*
 * Publishes to a broker that has stopped to read, and tells how everything has settled when the connection is reset.
 * Arguments: URL, overflow policy, bytes in all, QoS.
 */

const SIZE = 16 << 10;
const [url = '', overflow, total, qos] = process.argv.slice(2);
const connection = createConnection(url, {
  clientId: 'flood',
  session: { clean: false },
  reconnect: { initialDelay: 1, maxDelay: 1 },
  publish: { overflow: overflow as OverflowPolicy },
});
let outcomes: Record<string, number> = {};
const count = Number(total) / SIZE;
let settled = 0;
let congestions = 0;
connection.on('congestion', () => {
  congestions++;
});
await connection.open();
const payload = Buffer.alloc(SIZE, 'x');
const cold = new MemoryWatch();
// The runtime takes its own share when it first runs: code, and its young generation.
await push(count / 16);
while (settled < count / 16) await turn();
settled = 0;
outcomes = {};
process.send?.('open');
await told();
const warm = new MemoryWatch();
await push(count);
const before = settled;
const lost = new Promise<number>((resolve) => {
  connection.on('lost', () => {
    resolve(performance.now());
  });
});
process.send?.('pushed');
const since = await lost;
while (settled < count) await turn();
const took = performance.now() - since;
warm.stop();
cold.stop();
const growth = { warm: warm.resident, cold: cold.resident, external: cold.external };
process.send?.({ growth, count, before, settled, outcomes, congestions, took });
await connection.close();
process.disconnect();

async function push(many: number): Promise<void> {
  for (let i = 0; i < many; i++) {
    const publication = connection.publish(`flood/${String(i % 10)}`, payload, { qos: Number(qos) as 0 | 1 });
    publication.onSettled((outcome) => {
      const name = outcome.status === 'acknowledged' ? 'acknowledged' : outcome.error.code;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
      settled++;
    });
    if (i % 64 === 0) await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function told(): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => {
      resolve();
    });
  });
}
