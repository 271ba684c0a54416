import fc from 'fast-check';
import { seeded } from '../../test/support/seeded.js';
import type { SrvRecord } from '../options/server-options.js';
import { orderSrv } from './order-srv.js';

const record = (name: string, priority: number, weight: number): SrvRecord => ({ name, port: 1, priority, weight });

describe('the order of SRV records', () => {
  it('is by priority', () => {
    const records = [record('c', 20, 100), record('a', 0, 1), record('b', 10, 0)];
    expect(orderSrv(records, () => 0.5).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('is, among equals, drawn by weight', () => {
    const random = seeded(7);
    const records = [record('light', 0, 10), record('heavy', 0, 90)];
    const first = Array.from({ length: 2_000 }, () => orderSrv(records, random)[0]!.name);
    const heavy = first.filter((name) => name === 'heavy').length / first.length;
    expect(heavy).toBeGreaterThan(0.85);
    expect(heavy).toBeLessThan(0.94);
  });

  it('gives those of weight 0 a small chance, but a chance', () => {
    const random = seeded(3);
    const records = [record('b', 0, 9), record('zero', 0, 0)];
    const zero = Array.from({ length: 2_000 }, () => orderSrv(records, random)[0]!.name).filter(
      (name) => name === 'zero',
    ).length;
    // One in ten: the number drawn is one of 0 to 9. [RFC 2782]
    expect(zero).toBeGreaterThan(100);
    expect(zero).toBeLessThan(320);
  });

  it('loses and invents nothing', () => {
    const small = fc.integer({ min: 0, max: 3 });
    const records = fc.array(fc.record({ name: fc.string(), port: small, priority: small, weight: small }));
    fc.assert(
      fc.property(records, fc.integer(), (all, seed) => {
        const ordered = orderSrv(all, seeded(seed));
        expect(new Set(ordered)).toEqual(new Set(all));
        expect(ordered).toHaveLength(all.length);
        expect(ordered.map(({ priority }) => priority)).toEqual(
          all.map(({ priority }) => priority).sort((a, b) => a - b),
        );
      }),
    );
  });
});
