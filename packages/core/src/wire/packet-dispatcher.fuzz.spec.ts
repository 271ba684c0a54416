import { cut, mutate, serverAnswers, serverPackets } from '../../test/support/server-packets.js';
import { digits, judge, sorted } from '../../test/support/specification.js';
import { seeded } from '../../test/support/seeded.js';
import { ProtocolError } from '../errors/connection-errors.js';
import type { ProtocolVersion } from './codec/packet-type.js';
import { PacketDispatcher } from './packet-dispatcher.js';
import { PacketSplitter } from './packet-splitter.js';

/*
 * Streams of server packets, mutated, go through splitter and dispatcher and through a second decoder, which was written
 * from the specification alone. Both must find the same packets, both must stop at the same place, and ours must say why in
 * the words of the specification.
 */

const RUNS = 20_000;
const MAXIMUM_PACKET_SIZE = 2_048;

/** The packets up to the first malformed one, as text, and the reason code for that one. */
interface Outcome {
  readonly packets: readonly string[];
  readonly reasonCode: number | undefined;
}

const encoded = { 3: encodedFor(3), 4: encodedFor(4), 5: encodedFor(5) };

function encodedFor(version: ProtocolVersion): {
  readonly packets: readonly Buffer[];
  readonly answers: readonly Buffer[];
} {
  return { packets: serverPackets(version), answers: serverAnswers(version) };
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
      const { packets, isMalformed, codes } = judge(stream, version, MAXIMUM_PACKET_SIZE);
      const found = run(cut(stream, random), version);
      const saysWhy = found.reasonCode === undefined ? !isMalformed : codes.has(found.reasonCode);
      // Cheaper than a matcher, 20,000 times.
      if (!saysWhy || JSON.stringify(found.packets) !== JSON.stringify(packets)) {
        expect({ seed, version, stream: stream.toString('hex'), ...found }).toEqual({
          seed,
          version,
          stream: stream.toString('hex'),
          packets,
          reasonCode: [...codes],
        });
      }
      tally[isMalformed ? 'malformed' : 'valid']++;
      tally.packets += packets.length;
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

/** Ours. */
function run(chunks: readonly Buffer[], version: ProtocolVersion): Outcome {
  const packets: string[] = [];
  const note = (...parts: unknown[]): void => void packets.push(JSON.stringify(parts));
  const dispatcher = new PacketDispatcher(
    version,
    {
      auth: () => undefined,
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
      pong: () => undefined,
      disconnect: ({ reasonCode, properties }) => note('disconnect', reasonCode, sorted(properties)),
    },
  );
  const splitter = new PacketSplitter(MAXIMUM_PACKET_SIZE, (first, bytes, start, end) => {
    dispatcher.dispatch(first, bytes, start, end);
  });
  try {
    for (const chunk of chunks) splitter.push(chunk);
    return { packets, reasonCode: undefined };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { packets, reasonCode: error.reasonCode };
  }
}
