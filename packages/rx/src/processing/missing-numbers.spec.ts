import fc from 'fast-check';
import { MissingNumbers } from './missing-numbers.js';

const WINDOW = 20;

/** A gap that begins so far above what has come, so wide, and what is asked for afterwards, so far back. */
const gap = fc.record({ above: fc.nat(30), width: fc.integer({ min: 1, max: 30 }), asked: fc.array(fc.nat(WINDOW)) });

describe('MissingNumbers', () => {
  it('knows, within the window, what was skipped and has not come', () => {
    fc.assert(
      fc.property(fc.array(gap, { minLength: 1, maxLength: 200 }), (gaps) => {
        const missing = new MissingNumbers();
        const expected = new Set<number>();
        let last = 0;
        for (const { above, width, asked } of gaps) {
          const from = last + above + 1;
          last = from + width;
          missing.add(from, last, WINDOW);
          for (let number = from; number < last; number++) expected.add(number);
          for (const back of asked) expect(missing.delete(last - back)).toBe(expected.delete(last - back));
        }
      }),
    );
  });

  it('takes a number out once, wherever it lies in its range', () => {
    const missing = new MissingNumbers();
    missing.add(1, 6, 1_000);
    const asked = [3, 3, 1, 1, 5, 5, 2, 4, 2, 4, 0, 6];
    const there = asked.map((number) => missing.delete(number));
    expect(there).toEqual([true, false, true, false, true, false, true, true, false, false, false, false]);
  });
});
