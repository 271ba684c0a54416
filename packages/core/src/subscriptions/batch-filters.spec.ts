import fc from 'fast-check';
import { plainFilter } from '../../test/topics/arbitraries.js';
import { filtersOverlap } from '../topics/filters-overlap.js';
import { batchFilters } from './batch-filters.js';

const wrap = (filters: readonly string[]): { readonly filter: string }[] => filters.map((filter) => ({ filter }));
const unwrap = (batches: readonly (readonly { readonly filter: string }[])[]): string[][] =>
  batches.map((batch) => batch.map(({ filter }) => filter));
const many = fc.uniqueArray(plainFilter, { maxLength: 40 });
const size = (batch: readonly string[]): number =>
  16 + batch.reduce((sum, filter) => sum + 3 + Buffer.byteLength(filter), 0);

describe('batchFilters', () => {
  it('puts what fits into one packet', () => {
    expect(unwrap(batchFilters(wrap(['a', 'b', 'c']), 1_000, true))).toEqual([['a', 'b', 'c']]);
    expect(unwrap(batchFilters(wrap(['a/#', 'a/+', 'a/b']), 1_000, false))).toEqual([['a/#', 'a/+', 'a/b']]);
  });

  it('puts at most 500 into one', () => {
    const filters = Array.from({ length: 1_001 }, (_, i) => `a/${i}`);
    expect(batchFilters(wrap(filters), 1_000_000, true).map(({ length }) => length)).toEqual([500, 500, 1]);
    expect(batchFilters(wrap(filters), 1_000_000, false).map(({ length }) => length)).toEqual([500, 500, 1]);
  });

  it('keeps each filter once, in packets that are small enough, overlapping ones apart', () => {
    fc.assert(
      fc.property(many, fc.integer({ min: 60, max: 300 }), fc.boolean(), (filters, limit, apart) => {
        const batches = unwrap(batchFilters(wrap(filters), limit, apart));
        expect(batches.flat().sort()).toEqual([...filters].sort());
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          if (batch.length > 1) expect(size(batch)).toBeLessThanOrEqual(limit);
          if (!apart) continue;
          for (const [i, a] of batch.entries())
            for (const b of batch.slice(i + 1)) expect(filtersOverlap(a, b)).toBe(false);
        }
      }),
    );
  });

  it('keeps a group filter apart from the filter that it is a share of', () => {
    expect(unwrap(batchFilters(wrap(['a/b', '$share/g/a/+']), 1_000, true))).toEqual([['a/b'], ['$share/g/a/+']]);
  });

  it('takes time in proportion to the filters, however many overlap', () => {
    const filters = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? `a/${i}/#` : `a/${i - 1}/b`));
    const batches = batchFilters(wrap(filters), 1_000_000, true);
    expect(batches.length).toBeLessThan(100);
  });
});
