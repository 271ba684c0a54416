import { randomId, systemRandom } from './random.js';

describe('randomId', () => {
  it.each([0, 1, 16, 23])('has %i letters and digits', (length) => {
    const id = randomId(length);
    expect(id).toHaveLength(length);
    expect(id).toMatch(/^[0-9a-z]*$/);
  });

  it('is another one each time', () => {
    const ids = Array.from({ length: 1_000 }, () => randomId(16));
    expect(new Set(ids).size).toBe(1_000);
  });
});

describe('systemRandom', () => {
  it('draws from 0 to 1, without 1', () => {
    for (let i = 0; i < 1_000; i++) {
      const drawn = systemRandom();
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(1);
    }
  });
});
