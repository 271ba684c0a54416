import type { Ack } from '../wire/codec/ack-codec.js';

const FORMAT = 1;
const LENGTH = 5;

/** How far a message has come: it was sent under an identifier and, with QoS 2, the server has received it. */
export interface SentRecord {
  readonly packetId: number;
  /** The reason code of PUBREC; `undefined` before. */
  readonly received: number | undefined;
}

export function writeSentRecord(packetId: number, received: Ack | undefined): Uint8Array {
  return Uint8Array.of(
    FORMAT,
    packetId >> 8,
    packetId & 0xff,
    received === undefined ? 0 : 1,
    received?.reasonCode ?? 0,
  );
}

/** Throws where the bytes are no such record. */
export function readSentRecord(bytes: Uint8Array): SentRecord {
  const [format, high = 0, low = 0, isReceived, reasonCode = 0] = bytes;
  if (bytes.length !== LENGTH || format !== FORMAT) throw new Error('the format is not known');
  const packetId = (high << 8) | low;
  if (packetId === 0 || (isReceived !== 0 && isReceived !== 1) || reasonCode >= 0x80)
    throw new Error('the fields are out of range');
  return { packetId, received: isReceived === 1 ? reasonCode : undefined };
}
