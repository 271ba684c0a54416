import fc from 'fast-check';
import { hex } from '../../../test/support/packets.js';
import { PacketReader } from './packet-reader.js';
import { MAX_VARIABLE_INTEGER, variableIntegerLength, writeVariableInteger } from './variable-integer.js';

function written(value: number): Buffer {
  const bytes = Buffer.alloc(8, 0xee);
  const end = writeVariableInteger(value, bytes, 2);
  expect(bytes.subarray(end).every((byte) => byte === 0xee)).toBe(true);
  return bytes.subarray(2, end);
}

describe('a variable byte integer', () => {
  // [MQTT 5, table 1-1]
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2_097_151, 'ffff7f'],
    [2_097_152, '80808001'],
    [MAX_VARIABLE_INTEGER, 'ffffff7f'],
  ])('%i is %s', (value, bytes) => {
    expect(written(value)).toEqual(hex(bytes));
    expect(variableIntegerLength(value)).toBe(hex(bytes).length);
  });

  it('is read as it was written, and is as long as announced', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_VARIABLE_INTEGER }), (value) => {
        const bytes = written(value);
        expect(bytes).toHaveLength(variableIntegerLength(value));
        const reader = new PacketReader(bytes, 0, bytes.length);
        expect(reader.variableInteger()).toBe(value);
        expect(reader.rest).toBe(0);
      }),
    );
  });
});
