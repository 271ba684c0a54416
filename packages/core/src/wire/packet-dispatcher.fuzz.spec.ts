import { encode, hex, type PacketLike } from '../../test/support/packets.js';
import { seeded } from '../../test/support/seeded.js';
import { ProtocolError } from '../errors/connection-errors.js';
import type { ProtocolVersion } from './codec/packet-type.js';
import { PacketDispatcher } from './packet-dispatcher.js';
import { PacketSplitter } from './packet-splitter.js';

/*
 * Streams of server packets, mutated, go through splitter and dispatcher and through a second decoder, which was written
 * from the specification alone, slowly and without a thought of speed. Both must find the same packets, and both must stop
 * at the same place.
 */

const RUNS = 20_000;
const MAXIMUM_PACKET_SIZE = 2_048;

/** The packets up to the first malformed one, as text, and whether there is one. */
interface Outcome {
  readonly packets: readonly string[];
  readonly isMalformed: boolean;
}

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

const encoded = { 3: encodedFor(3), 4: encodedFor(4), 5: encodedFor(5) };

function encodedFor(version: ProtocolVersion): {
  readonly packets: readonly Buffer[];
  readonly answers: readonly Buffer[];
} {
  const known = sources.filter(({ cmd }) => version === 5 || cmd !== 'disconnect');
  return {
    packets: known.map((packet) => encode(packet, version)),
    answers: connacks.map((packet) => encode(packet, version)),
  };
}

describe('mutated packets of a server', () => {
  // Tens of thousands of errors are made, and nobody looks at where.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it(`are found out, ${String(RUNS)} of them: nothing but ProtocolError is thrown, nothing malformed is handed on`, () => {
    const tally = { malformed: 0, valid: 0, packets: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(seed);
      const version = ([5, 5, 5, 4, 3] as const)[Math.floor(random() * 5)]!;
      const stream = mutatedStream(version, random);
      const expected = judge(stream, version);
      const found = run(cut(stream, random), version);
      // Cheaper than a matcher, 20,000 times.
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        expect({ seed, version, stream: stream.toString('hex'), ...found }).toEqual({
          seed,
          version,
          stream: stream.toString('hex'),
          ...expected,
        });
      }
      tally[expected.isMalformed ? 'malformed' : 'valid']++;
      tally.packets += expected.packets.length;
    }
    // The mutations must leave something of the packets, and must break something.
    expect(tally.malformed).toBeGreaterThan(RUNS / 4);
    expect(tally.valid).toBeGreaterThan(RUNS / 10);
    expect(tally.packets).toBeGreaterThan(RUNS);
  });
});

function mutatedStream(version: ProtocolVersion, random: () => number): Buffer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { packets, answers } = encoded[version];
  let body: Buffer = Buffer.concat(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(packets)));
  const connack = random() < 0.8 ? answers[0]! : pick(answers);
  const mutatesConnack = random() < 0.1;
  if (mutatesConnack) body = Buffer.concat([connack, body]);
  for (let count = Math.floor(random() * 4); count > 0; count--) body = mutate(body, random);
  return mutatesConnack ? body : Buffer.concat([connack, body]);
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

function mutate(bytes: Buffer, random: () => number): Buffer {
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

function cut(bytes: Buffer, random: () => number): Buffer[] {
  const place = Math.floor(random() * (bytes.length + 1));
  return random() < 0.5 ? [bytes] : [bytes.subarray(0, place), bytes.subarray(place)];
}

/** Ours. */
function run(chunks: readonly Buffer[], version: ProtocolVersion): Outcome {
  const packets: string[] = [];
  const note = (...parts: unknown[]): void => void packets.push(JSON.stringify(parts));
  const dispatcher = new PacketDispatcher(
    version,
    {
      connack: ({ sessionPresent, reasonCode, properties }) =>
        note('connack', sessionPresent, reasonCode, sorted(properties)),
      publish: (message) => {
        const { topic, payload, qos, retain, dup, packetId, properties } = message;
        note('publish', topic, digits(payload), qos, retain, dup, packetId, sorted(properties));
      },
      ack: (type, { packetId, reasonCode, properties = {} }) =>
        note('ack', type, packetId, reasonCode, sorted(properties)),
      suback: ({ packetId, reasonCodes, reasonString }) => note('suback', packetId, reasonCodes, reasonString),
      unsuback: ({ packetId, reasonCodes, reasonString }) => note('unsuback', packetId, reasonCodes, reasonString),
      drain: () => note('drain'),
      closed: () => note('closed'),
    },
    {
      accepted: () => undefined,
      disconnect: ({ reasonCode, properties }) => note('disconnect', reasonCode, sorted(properties)),
    },
  );
  const splitter = new PacketSplitter(MAXIMUM_PACKET_SIZE, (first, bytes, start, end) => {
    dispatcher.dispatch(first, bytes, start, end);
  });
  try {
    for (const chunk of chunks) splitter.push(chunk);
    return { packets, isMalformed: false };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { packets, isMalformed: true };
  }
}

const table: Readonly<Record<number, readonly [name: string, kind: string, where: string]>> = {
  0x01: ['payloadFormatIndicator', 'bool', 'publish'],
  0x02: ['messageExpiryInterval', 'u32', 'publish'],
  0x03: ['contentType', 'text', 'publish'],
  0x08: ['responseTopic', 'topic', 'publish'],
  0x09: ['correlationData', 'bytes', 'publish'],
  0x0b: ['subscriptionIdentifiers', 'many var+', 'publish'],
  0x11: ['sessionExpiryInterval', 'u32', 'connack'],
  0x12: ['assignedClientIdentifier', 'text', 'connack'],
  0x13: ['serverKeepAlive', 'u16', 'connack'],
  0x15: ['authenticationMethod', 'text', 'connack'],
  0x16: ['authenticationData', 'bytes', 'connack'],
  0x1a: ['responseInformation', 'text', 'connack'],
  0x1c: ['serverReference', 'text', 'connack disconnect'],
  0x1f: ['reasonString', 'text', 'connack ack disconnect'],
  0x21: ['receiveMaximum', 'u16+', 'connack'],
  0x22: ['topicAliasMaximum', 'u16', 'connack'],
  0x24: ['maximumQoS', 'bool', 'connack'],
  0x25: ['retainAvailable', 'bool', 'connack'],
  0x26: ['userProperties', 'many pair', 'connack publish ack disconnect'],
  0x27: ['maximumPacketSize', 'u32+', 'connack'],
  0x28: ['wildcardSubscriptionAvailable', 'bool', 'connack'],
  0x29: ['subscriptionIdentifiersAvailable', 'bool', 'connack'],
  0x2a: ['sharedSubscriptionAvailable', 'bool', 'connack'],
};

class Malformed extends Error {}

function must(condition: boolean): asserts condition {
  if (!condition) throw new Malformed();
}

/** The fields of the second decoder, one list of numbers eaten from the front. */
class Fields {
  readonly #rest: number[];

  constructor(bytes: number[]) {
    this.#rest = bytes;
  }

  isEmpty(): boolean {
    return this.#rest.length === 0;
  }

  take(count: number): number[] {
    must(count <= this.#rest.length);
    return this.#rest.splice(0, count);
  }

  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  variable(): number {
    const digits: number[] = [];
    do digits.push(this.number(1));
    while (digits.at(-1)! >= 128);
    must(digits.length <= 4 && (digits.length === 1 || digits.at(-1) !== 0));
    return digits.reduceRight((value, digit) => value * 128 + (digit % 128), 0);
  }

  text(): string {
    const bytes = Buffer.from(this.take(this.number(2)));
    const text = bytes.toString('utf8');
    must(Buffer.from(text, 'utf8').equals(bytes) && !text.includes('\0'));
    return text;
  }

  topic(): string {
    const topic = this.text();
    must(!/[+#]/.test(topic));
    return topic;
  }

  all(): number[] {
    return this.take(this.#rest.length);
  }

  value(kind: string): unknown {
    if (kind === 'text') return this.text();
    if (kind === 'topic') return this.topic();
    if (kind === 'bytes') return Buffer.from(this.take(this.number(2)));
    if (kind === 'pair') return [this.text(), this.text()];
    const value = kind.startsWith('var')
      ? this.variable()
      : this.number(kind.startsWith('u32') ? 4 : kind.startsWith('u16') ? 2 : 1);
    must(kind !== 'bool' || value < 2);
    must(!kind.endsWith('+') || value > 0);
    return value;
  }

  properties(owner: string): object {
    const section = new Fields(this.take(this.variable()));
    const properties: Record<string, unknown> = {};
    while (!section.isEmpty()) {
      const row = table[section.variable()];
      must(row?.[2].split(' ').includes(owner) === true);
      const [name, kind] = row;
      const isMany = kind.startsWith('many ');
      const value = section.value(kind.replace('many ', ''));
      must(isMany || !(name in properties));
      properties[name] = isMany ? [...((properties[name] as unknown[] | undefined) ?? []), value] : value;
    }
    return sorted(properties);
  }
}

/** Theirs: what the specification says about the stream. */
function judge(stream: Buffer, version: ProtocolVersion): Outcome {
  const packets: string[] = [];
  const state = { phase: 'new' };
  let offset = 0;
  try {
    while (offset < stream.length) {
      const header = [...stream.subarray(offset + 1, offset + 5)];
      const last = header.findIndex((byte) => byte < 128);
      if (last < 0) {
        must(header.length < 4);
        break;
      }
      const length = new Fields(header.slice(0, last + 1)).variable();
      const start = offset + last + 2;
      must(start + length - offset <= MAXIMUM_PACKET_SIZE);
      if (start + length > stream.length) break;
      const packet = judgePacket(
        stream[offset]!,
        new Fields([...stream.subarray(start, start + length)]),
        version,
        state,
      );
      if (packet.length > 0) packets.push(JSON.stringify(packet));
      offset = start + length;
    }
    return { packets, isMalformed: false };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { packets, isMalformed: true };
  }
}


function judgePacket(first: number, fields: Fields, version: ProtocolVersion, state: { phase: string }): unknown[] {
  const type = first >> 4;
  const flags = first % 16;
  must(state.phase === (type === 2 ? 'new' : 'connected'));
  must(type === 3 || flags === (type === 6 ? 2 : 0));
  const packet = contents(type, flags, fields, version);
  must(fields.isEmpty());
  if (type === 2) state.phase = packet[2] === 0 ? 'connected' : 'refused';
  return packet;
}

function contents(type: number, flags: number, fields: Fields, version: ProtocolVersion): unknown[] {
  const isModern = version === 5;
  switch (type) {
    case 2: {
      const [acknowledge, code] = fields.take(2) as [number, number];
      must(acknowledge < 2 && (acknowledge === 0 || code === 0));
      if (isModern && (code === 0 || !fields.isEmpty())) {
        must(code === 0 || code >= 0x80);
        return ['connack', acknowledge === 1, code, fields.properties('connack')];
      }
      must(code <= 5 || code >= 0x80);
      return ['connack', acknowledge === 1, [0, 0x84, 0x85, 0x88, 0x86, 0x87][code] ?? code, {}];
    }
    case 3: {
      const qos = (flags >> 1) % 4;
      must(qos < 3 && (qos > 0 || flags < 8));
      const topic = fields.topic();
      const id = qos === 0 ? 0 : identifier(fields);
      const properties = isModern ? fields.properties('publish') : {};
      must(topic !== '');
      return [
        'publish',
        topic,
        digits(Uint8Array.from(fields.all())),
        qos,
        flags % 2 === 1,
        flags >= 8,
        id,
        properties,
      ];
    }
    case 4:
    case 5:
    case 6:
    case 7: {
      const id = identifier(fields);
      if (fields.isEmpty()) return ['ack', type, id, 0, {}];
      must(isModern);
      const code = fields.number(1);
      // Every code from 0x80 on is a refusal, listed for the packet or not.
      must(type === 6 ? code === 0 || code === 0x92 : code === 0 || code >= 0x80 || (code === 0x10 && type < 6));
      return ['ack', type, id, code, fields.isEmpty() ? {} : fields.properties('ack')];
    }
    case 9:
    case 11: {
      const id = identifier(fields);
      const name = type === 9 ? 'suback' : 'unsuback';
      if (type === 11 && !isModern) return [name, id, [], undefined];
      const properties: { reasonString?: string } = isModern ? fields.properties('ack') : {};
      const codes = fields.all();
      const allowed = type === 11 ? [0, 0x11] : [0, 1, 2];
      must(codes.length > 0 && codes.every((code) => allowed.includes(code) || (isModern ? code >= 0x80 : code === 0x80)));
      return [name, id, codes, properties.reasonString];
    }
    case 13:
      return [];
    case 14: {
      must(isModern);
      const code = fields.isEmpty() ? 0 : fields.number(1);
      must(code === 0 || code >= 0x80);
      return ['disconnect', code, fields.isEmpty() ? {} : fields.properties('disconnect')];
    }
    default:
      throw new Malformed();
  }
}

function identifier(fields: Fields): number {
  const id = fields.number(2);
  must(id > 0);
  return id;
}

/** In one order and without bytes, so that texts can be compared. */
function sorted(properties: object): object {
  const entries = Object.entries(properties as Record<string, unknown>);
  if (entries.length === 0) return {};
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Uint8Array ? digits(value) : value]),
  );
}

function digits(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
