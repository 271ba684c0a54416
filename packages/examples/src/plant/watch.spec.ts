import { follow, isRaised, type Limits, NEW_WATCH, type Watch } from './watch.js';

const LIMITS: Limits = { raiseAbove: 90, clearBelow: 85, leastDeviation: 1 };

function after(values: readonly number[], start: Watch = NEW_WATCH): Watch {
  return values.reduce((watch, value) => follow(watch, value, LIMITS), start);
}

function raisedBy(values: readonly number[], start: Watch): boolean[] {
  let watch = start;
  return values.map((value) => isRaised((watch = follow(watch, value, LIMITS))));
}

const STEADY = after(Array<number>(20).fill(50));

describe('follow', () => {
  it('should raise above the limit from the first value on', () => {
    expect(isRaised(after([90]))).toBe(false);
    expect(isRaised(after([90.1]))).toBe(true);
  });

  it('should clear only at the lower limit', () => {
    const usuallyHot = after([84, 88, 84, 88, 84, 88]);
    expect(raisedBy([91, 88, 86, 85, 88], usuallyHot)).toEqual([true, true, true, false, false]);
  });

  it('should raise far from the usual, in both directions, well below the limit', () => {
    expect(raisedBy([54.9], STEADY)).toEqual([false]);
    expect(raisedBy([55.1], STEADY)).toEqual([true]);
    expect(raisedBy([44.9], STEADY)).toEqual([true]);
  });

  it('should clear only when it is nearer to the usual than it takes to raise', () => {
    expect(raisedBy([60, 54, 52.9, 54], STEADY)).toEqual([true, true, false, false]);
  });

  it('should not know what is usual before some windows have passed', () => {
    expect(isRaised(after([50, 50, 60]))).toBe(false);
    expect(isRaised(after([50, 50, 50, 50, 60]))).toBe(true);
  });

  it('should take a noisy quantity for usual', () => {
    const noisy = after([40, 60, 45, 55, 40, 60, 45, 55, 40, 60]);
    expect(isRaised(noisy)).toBe(false);
    expect(raisedBy([62], noisy)).toEqual([false]);
  });

  it('should follow a slow drift', () => {
    expect(isRaised(after(Array.from({ length: 60 }, (_, step) => 50 + step / 2)))).toBe(false);
  });

  it('should still know what is usual after a long alarm', () => {
    const hot = after(Array<number>(1_000).fill(120), STEADY);
    expect(isRaised(hot)).toBe(true);
    expect(raisedBy([50], hot)).toEqual([false]);
  });

  it('should take a new level for the usual one in the end', () => {
    const moved = after(Array<number>(100).fill(70), STEADY);
    expect(isRaised(moved)).toBe(true);
    expect(isRaised(after(Array<number>(50).fill(70), moved))).toBe(false);
  });
});
