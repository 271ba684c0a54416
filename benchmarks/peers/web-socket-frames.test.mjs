import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameCounter } from './web-socket-frames.mjs';

const BINARY = 0x82;
const PING = 0x89;

/** A frame as a client sends it. */
function frame(firstByte, length) {
  const lengths = Buffer.alloc(length < 126 ? 1 : length < 65_536 ? 3 : 9);
  if (length < 126) lengths[0] = length;
  else if (length < 65_536) lengths.writeUInt16BE(length, 1);
  else lengths.writeBigUInt64BE(BigInt(length), 1);
  if (length >= 126) lengths[0] = length < 65_536 ? 126 : 127;
  lengths[0] |= 128;
  // Payloads that look like frames must not be taken for any.
  return Buffer.concat([Buffer.from([firstByte]), lengths, Buffer.alloc(4), Buffer.alloc(length, BINARY)]);
}

for (const size of [1, 7, 1_000_000]) {
  test(`frames of data are counted, in pieces of ${size}`, () => {
    const counter = new FrameCounter();
    const frames = [frame(BINARY, 0), frame(BINARY, 125), frame(PING, 5), frame(2, 126), frame(0x80, 70_000)];
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += size) counter.push(bytes.subarray(at, at + size));
    assert.equal(counter.frames, 4);
  });
}
