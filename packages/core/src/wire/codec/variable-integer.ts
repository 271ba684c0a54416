/** The largest Remaining Length, and the largest Subscription Identifier. [MQTT 5, 1.5.5] */
export const MAX_VARIABLE_INTEGER = 268_435_455;

/** The bytes that a variable byte integer takes. */
export function variableIntegerLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return 4;
}

/** Writes a variable byte integer and returns the offset behind it. */
export function writeVariableInteger(value: number, into: Uint8Array, offset: number): number {
  let rest = value;
  while (rest >= 0x80) {
    into[offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[offset++] = rest;
  return offset;
}
