import { correlationKey, newCorrelation } from './correlation.js';

describe('correlation data', () => {
  it('are 16 bytes that differ, and are found again by their key', () => {
    const all = Array.from({ length: 1_000 }, newCorrelation);

    expect(new Set(all.map(({ key }) => key)).size).toBe(1_000);
    for (const { bytes, key } of all) {
      expect(bytes).toHaveLength(16);
      expect(correlationKey(Uint8Array.from(bytes))).toBe(key);
    }
  });

  it('share nothing that would tell one from another', () => {
    const all = Array.from({ length: 200 }, () => newCorrelation().bytes);

    for (let i = 0; i < 16; i++) expect(new Set(all.map((bytes) => bytes[i])).size).toBeGreaterThan(50);
  });

  it.each([0, 15, 17, 65_535])('of %d bytes are none of ours', (length) => {
    expect(correlationKey(new Uint8Array(length))).toBe('');
  });
});
