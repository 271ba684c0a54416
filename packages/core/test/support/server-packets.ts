import { encode, hex, type PacketLike } from './packets.js';
import { everyProperty } from './specification.js';

const sources: readonly PacketLike[] = [
  { cmd: 'publish', topic: 'a', payload: Buffer.from(''), qos: 0, dup: false, retain: false },
  {
    cmd: 'publish',
    topic: 'site/ä/温度',
    payload: Buffer.from('21.5'),
    qos: 1,
    dup: false,
    retain: true,
    messageId: 1,
  },
  {
    cmd: 'publish',
    topic: 'x'.repeat(60),
    payload: Buffer.alloc(100, 'p'),
    qos: 2,
    dup: true,
    retain: false,
    messageId: 0xffff,
  },
  {
    cmd: 'publish',
    topic: 'p',
    payload: Buffer.of(0, 255, 128),
    qos: 1,
    dup: false,
    retain: false,
    messageId: 7,
    properties: {
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: 'text/plain',
      responseTopic: 'r/1',
      correlationData: Buffer.of(1, 0, 2),
      subscriptionIdentifier: [1, 300],
      userProperties: { a: ['1', '2'], ä: '' },
    },
  },
  { cmd: 'puback', messageId: 3, reasonCode: 0 },
  { cmd: 'puback', messageId: 3, reasonCode: 0x87, properties: { reasonString: 'no', userProperties: { a: 'b' } } },
  { cmd: 'pubrec', messageId: 4, reasonCode: 0x10 },
  { cmd: 'pubrel', messageId: 5, reasonCode: 0x92, properties: { reasonString: 'ü' } },
  { cmd: 'pubcomp', messageId: 6, reasonCode: 0 },
  { cmd: 'suback', messageId: 8, granted: [0, 1, 2, 0x80], properties: { reasonString: 'some' } },
  { cmd: 'unsuback', messageId: 9, granted: [0, 0x11] },
  { cmd: 'pingresp' },
  {
    cmd: 'disconnect',
    reasonCode: 0x8b,
    properties: { reasonString: 'bye', serverReference: 's', userProperties: { a: 'b' } },
  },
];

const connacks: readonly PacketLike[] = [
  { cmd: 'connack', sessionPresent: false, reasonCode: 0, returnCode: 0 },
  { cmd: 'connack', sessionPresent: false, reasonCode: 0x87, returnCode: 5 },
  {
    cmd: 'connack',
    sessionPresent: true,
    reasonCode: 0,
    returnCode: 0,
    properties: {
      receiveMaximum: 20,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: 100_000,
      assignedClientIdentifier: 'id',
      topicAliasMaximum: 10,
      serverKeepAlive: 30,
      sessionExpiryInterval: 60,
      userProperties: { k: 'v' },
    },
  },
];

/** CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, an AUTH that nobody asked for, and a type that does not exist. */
const forbidden = [
  '10 0d 0004 4d515454 04 02 003c 0001 61',
  '82 06 0001 0001 61 00',
  'a2 05 0001 0001 61',
  'c0 00',
  'f0 02 18 00',
  '00 00',
];

/** Up to where the properties of each type of packet of MQTT 5 begin, what follows them, and the first byte. */
const carriers: readonly (readonly [first: string, before: string, after: string])[] = [
  ['30', '0001 61', '78'],
  ['32', '0001 61 0001', '78'],
  ['40', '0001 00', ''],
  ['50', '0001 00', ''],
  ['62', '0001 00', ''],
  ['70', '0001 00', ''],
  ['90', '0001', '00'],
  ['b0', '0001', '00'],
  ['e0', '8b', ''],
  ['f0', '18', ''],
];

/** Packets that a server may send once it has accepted, each type at least once. */
export function serverPackets(version: 3 | 4 | 5): Buffer[] {
  return sources.filter(({ cmd }) => version === 5 || cmd !== 'disconnect').map((packet) => encode(packet, version));
}

/** Answers to CONNECT, the plain one first. */
export function serverAnswers(version: 3 | 4 | 5): Buffer[] {
  return connacks.map((packet) => encode(packet, version));
}

/** Packets that no server may send. */
export function forbiddenPackets(): Buffer[] {
  return forbidden.map(hex);
}

/** Every property in every type of packet of MQTT 5, once and twice, whether it belongs there or not. */
export function propertyPackets(): Buffer[] {
  return carriers.flatMap(([first, before, after]) =>
    everyProperty.flatMap(({ bytes }) =>
      [bytes, Buffer.concat([bytes, bytes])].map((properties) => {
        const body = Buffer.concat([hex(before), Buffer.of(properties.length), properties, hex(after)]);
        return Buffer.concat([hex(first), Buffer.of(body.length), body]);
      }),
    ),
  );
}

/** Every property in a CONNACK that accepts, once and twice. */
export function propertyAnswers(): Buffer[] {
  return everyProperty.flatMap(({ bytes }) =>
    [bytes, Buffer.concat([bytes, bytes])].map((properties) =>
      Buffer.concat([Buffer.of(0x20, 3 + properties.length, 0, 0, properties.length), properties]),
    ),
  );
}

/** What is put in: bytes that mean something somewhere. */
const infixes = [
  '00',
  '0000',
  'ff',
  '80',
  'c080',
  'eda080',
  '23',
  '2b',
  '0100',
  '0102',
  '0b00',
  '230001',
  '26',
  '1f000161',
  '8000',
  'ffffffff7f',
  '3003000161',
];

/** Changes one thing. */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const end = Math.min(bytes.length, at + 1 + Math.floor(random() * 4));
  const changed = Buffer.from(bytes);
  switch (Math.floor(random() * 7)) {
    case 0:
      changed[at] = changed[at]! ^ (1 << Math.floor(random() * 8));
      return changed;
    case 1:
      changed[at] = Math.floor(random() * 256);
      return changed;
    case 2:
      changed[at] = changed[at]! + (random() < 0.5 ? 1 : -1);
      return changed;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        hex(infixes[Math.floor(random() * infixes.length)]!),
        bytes.subarray(at),
      ]);
    default:
      // Into the first packet, with its length set right again, so that more than the length is put to the test.
      return repaired(changed, at, hex(infixes[Math.floor(random() * infixes.length)]!));
  }
}

function repaired(bytes: Buffer, at: number, infix: Buffer): Buffer {
  const length = bytes[1] ?? 0;
  if (length === 0 || length + infix.length > 127 || length + 2 > bytes.length) return bytes;
  const place = 2 + (at % length);
  return Buffer.concat([
    Buffer.of(bytes[0]!, length + infix.length),
    bytes.subarray(2, place),
    infix,
    bytes.subarray(place),
  ]);
}

/** In one piece, or in two. */
export function cut(bytes: Buffer, random: () => number): Buffer[] {
  const place = Math.floor(random() * (bytes.length + 1));
  return random() < 0.5 ? [bytes] : [bytes.subarray(0, place), bytes.subarray(place)];
}
