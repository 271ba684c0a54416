import { describeReason, isTransientReason, reasonName, reasonOfReturnCode } from './reason-code.js';

describe('reasonName', () => {
  it.each([
    [0x00, 'success'],
    [0x10, 'no matching subscribers'],
    [0x87, 'not authorized'],
    [0x8e, 'session taken over'],
    [0x97, 'quota exceeded'],
    [0xa2, 'wildcard subscriptions not supported'],
    [0x7f, 'unknown reason'],
    [0xff, 'unknown reason'],
  ])('calls %d "%s"', (code, name) => {
    expect(reasonName(code)).toBe(name);
  });

  it('knows all failures of table 2-6', () => {
    for (let code = 0x80; code <= 0xa2; code++) expect(reasonName(code)).not.toBe('unknown reason');
  });
});

describe('describeReason', () => {
  it('shows code and name', () => {
    expect(describeReason(0x87)).toBe('0x87 (not authorized)');
    expect(describeReason(0)).toBe('0x00 (success)');
  });
});

describe('reasonOfReturnCode', () => {
  it.each([
    [0, 0x00],
    [1, 0x84],
    [2, 0x85],
    [3, 0x88],
    [4, 0x86],
    [5, 0x87],
    [6, undefined],
    [255, undefined],
  ])('takes %d of MQTT 3.x for %p', (returnCode, reasonCode) => {
    expect(reasonOfReturnCode(returnCode)).toBe(reasonCode);
  });
});

describe('isTransientReason', () => {
  it('is about what passes by itself', () => {
    const transient = Array.from({ length: 0x100 }, (_, code) => code).filter(isTransientReason);
    expect(transient).toEqual([0x80, 0x83, 0x88, 0x89, 0x8b, 0x8d, 0x93, 0x96, 0x97, 0x98, 0x9f, 0xa0]);
  });
});
