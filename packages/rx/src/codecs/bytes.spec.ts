import { bytes } from './bytes.js';

describe('bytes', () => {
  it('hands the payload over as it is, in both directions', () => {
    const payload = new Uint8Array([0, 255, 128]);

    expect(bytes().decode(payload)).toBe(payload);
    expect(bytes().encode(payload)).toBe(payload);
  });

  it('says nothing about the content, for it knows nothing', () => {
    expect(bytes()).toMatchObject({ name: 'bytes' });
    expect(bytes().properties).toBeUndefined();
  });
});
