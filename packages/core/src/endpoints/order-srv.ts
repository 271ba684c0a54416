import type { Random } from '../internal/random.js';
import type { SrvRecord } from '../options/server-options.js';

/** The order in which a client tries SRV records: by priority, and among equals drawn by weight. [RFC 2782] */
export function orderSrv(records: readonly SrvRecord[], random: Random): readonly SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const priority of priorities) {
    // Those of weight 0 stand first, so that they have a small chance too.
    const left = records
      .filter((record) => record.priority === priority)
      .sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
    while (left.length > 0) ordered.push(...left.splice(draw(left, random), 1));
  }
  return ordered;
}

/** The first whose running sum reaches a number drawn from 0 to the sum of all, both included. */
function draw(records: readonly SrvRecord[], random: Random): number {
  const sum = records.reduce((total, { weight }) => total + weight, 0);
  const drawn = Math.floor(random() * (sum + 1));
  let running = 0;
  for (const [index, { weight }] of records.entries()) {
    running += weight;
    if (running >= drawn) return index;
  }
  return records.length - 1;
}
