import fc from 'fast-check';
import { Delays, type DelayNumbers } from './delays.js';

const NUMBERS: DelayNumbers = { initialDelay: 100, maxDelay: 10_000, factor: 2, jitter: 'none' };

function drawn(numbers: Partial<DelayNumbers>, chance: number, count = 4): number[] {
  const delays = new Delays({ ...NUMBERS, ...numbers }, () => chance);
  return Array.from({ length: count }, () => delays.next());
}

describe('jitter', () => {
  it.each([
    ['none', 0, [100, 200, 400, 800]],
    ['full', 0, [0, 0, 0, 0]],
    ['full', 0.5, [50, 100, 200, 400]],
    ['equal', 0, [50, 100, 200, 400]],
    ['equal', 0.5, [75, 150, 300, 600]],
    ['decorrelated', 0, [100, 100, 100, 100]],
    ['decorrelated', 0.5, [200, 350, 575, 913]],
    ['decorrelated', 1, [300, 900, 2_700, 8_100]],
  ] as const)('%s makes of chance %d %j', (jitter, chance, expected) => {
    expect(drawn({ jitter }, chance)).toEqual(expected);
  });

  it.each(['full', 'equal', 'decorrelated'] as const)(
    '%s spreads many clients over at least half of the first delay',
    (jitter) => {
      const first = Array.from({ length: 100 }, (_, i) => drawn({ jitter }, i / 100, 1)[0]!);
      expect(Math.max(...first) - Math.min(...first)).toBeGreaterThanOrEqual(49);
    },
  );

  it('decorrelated stays between initialDelay and maxDelay, and below three times the delay before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (chances) => {
          let draw = 0;
          const delays = new Delays({ ...NUMBERS, jitter: 'decorrelated' }, () => chances[draw++]!);
          let before = 100;
          while (draw < chances.length) {
            const delay = delays.next();
            expect(delay).toBeGreaterThanOrEqual(100);
            expect(delay).toBeLessThanOrEqual(Math.min(10_000, before * 3) + 1);
            before = delay;
          }
        },
      ),
    );
  });

  it.each(['none', 'full', 'equal', 'decorrelated'] as const)(
    '%s gives numbers after thousands of failures, also from 0',
    (jitter) => {
      for (const initialDelay of [0, 100]) {
        const last = drawn({ jitter, initialDelay, factor: 100 }, 0.999, 5_000).at(-1)!;
        expect(Number.isFinite(last)).toBe(true);
        if (initialDelay === 0) expect(last).toBe(0);
      }
    },
  );

  it('starts again when it is told to', () => {
    for (const jitter of ['none', 'decorrelated'] as const) {
      const delays = new Delays({ ...NUMBERS, jitter }, () => 1);
      const first = delays.next();
      delays.next();
      delays.reset();
      expect(delays.next()).toBe(first);
    }
  });
});
