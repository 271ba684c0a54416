import type { Connection } from '../src/index.js';
import { startFuzzingBroker } from './support/fuzzing-broker.js';
import type { FuzzingBroker } from './support/fuzzing-broker.js';
import { leavesNothingBehind } from './support/globals.js';
import { newConnection } from './support/open.js';
import { encode } from './support/packets.js';
import { seeded } from './support/seeded.js';
import {
  cut,
  forbiddenPackets,
  mutate,
  propertyAnswers,
  propertyPackets,
  serverAnswers,
  serverPackets,
} from './support/server-packets.js';
import { digits, judge } from './support/specification.js';
import type { Judgement } from './support/specification.js';
import { within } from './support/within.js';

/*
 * A server that sends malformed packets, one per connection, over real sockets: every type of packet, every property in
 * every type, and mutations of them. What the second decoder finds valid is set aside. Each must end the connection with the
 * right reason, must not be emitted, and must be followed by a new connection.
 */

/** `npm run soak` sends 20,000. */
const TOTAL = Number(process.env['RXMQTT_FUZZ_PACKETS'] ?? 4_000);
/** One client each, side by side. */
const VERSIONS = [5, 5, 5, 4, 3] as const;
const MAXIMUM_PACKET_SIZE = 2_048;
const MOST_PROBLEMS = 5;

jest.setTimeout(600_000);
leavesNothingBehind();

type Version = (typeof VERSIONS)[number];

/** One malformed packet, in its stream, and what should come of it. */
interface Case {
  readonly name: string;
  readonly stream: Buffer;
  readonly judgement: Judgement;
  /** Whether CONNACK itself is sound. */
  readonly isAccepted: boolean;
}

const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

test(`${String(TOTAL)} malformed packets: each ends its connection with the right reason, none is emitted, and the client comes back`, async () => {
  const share = Math.ceil(TOTAL / VERSIONS.length);
  const results = await Promise.all(VERSIONS.map((version, i) => attack(version, i + 1, share)));
  expect(results.flatMap(({ problems }) => problems)).toEqual([]);
  for (const { sent, connections } of results)
    expect({ sent, connections }).toEqual({ sent: share, connections: share + 2 });
  if (process.env['RXMQTT_FIGURES'] === undefined) return;
  const sum = (of: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, each) => total + of(each), 0);
  const codes = new Map<number | undefined, number>();
  for (const result of results)
    for (const [code, count] of result.codes) codes.set(code, (codes.get(code) ?? 0) + count);
  const figures = {
    sent: sum(({ sent }) => sent),
    setAside: sum(({ setAside }) => setAside),
    emitted: sum(({ emitted }) => emitted),
    codes: [...codes],
  };
  process.stdout.write(`fuzz: ${JSON.stringify(figures)}\n`);
});

/** Attacks one client with `share` malformed packets, one after the other. */
async function attack(version: Version, seed: number, share: number) {
  const random = seeded(seed);
  const broker = await startFuzzingBroker();
  const client = await Client.start(broker, version);
  const candidates = streams(version, random);
  const tally = {
    sent: 0,
    setAside: 0,
    emitted: 0,
    problems: [] as string[],
    codes: new Map<number | undefined, number>(),
    connections: 0,
  };
  let peer = await broker.next();
  while (tally.sent < share && tally.problems.length < MOST_PROBLEMS) {
    const candidate = toCase(candidates.next().value, version);
    if (candidate === undefined) {
      tally.setAside++;
      continue;
    }
    client.forget();
    await peer.attack(cut(candidate.stream, random));
    const { packets } = peer;
    peer = await broker.next();
    tally.sent++;
    tally.emitted += client.emitted.length;
    for (const code of client.reasonCodes) tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
    tally.problems.push(...judgeClient(candidate, version, client, packets));
  }
  tally.connections = broker.connections;
  return tally;
}

/** The client under attack, with an observer of everything. */
class Client {
  emitted: string[] = [];
  errors: string[] = [];
  reasonCodes: (number | undefined)[] = [];
  readonly connection: Connection;

  private constructor(url: string, version: Version) {
    this.connection = newConnection(url, {
      protocolVersion: version,
      clientId: 'fuzzed',
      session: { clean: false },
      maximumPacketSize: MAXIMUM_PACKET_SIZE,
      reconnect: { initialDelay: 0, maxDelay: 0, resetAfter: 0 },
    });
    for (const event of ['lost', 'attemptFailed'] as const) {
      this.connection.on(event, ({ error, by }) => {
        this.errors.push(`${error.code} by ${by}`);
        this.reasonCodes.push(error.reasonCode);
      });
    }
    this.connection.on('warning', ({ what }) => this.errors.push(`warning: ${what}`));
    this.connection.subscribe('#', { qos: 2 }, ({ topic, payload }) => {
      this.emitted.push(`${topic} ${digits(payload)}`);
    });
  }

  /** A client whose subscription is granted, and whose connection was lost. */
  static async start(broker: FuzzingBroker, version: Version): Promise<Client> {
    const client = new Client(broker.url, version);
    const opened = client.connection.open();
    const peer = await broker.next();
    peer.send(version === 5 ? Buffer.of(0x20, 3, 0, 0, 0) : Buffer.of(0x20, 2, 0, 0));
    await within(opened, 10_000, 'open()');
    while (peer.packets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const id = peer.packets[0]!.subarray(2, 4);
    const granted = new Promise((resolve) => {
      client.connection.subscribe('granted', { qos: 2 }, { message: () => undefined, ready: resolve });
    });
    peer.send(Buffer.concat([Buffer.of(0x90, version === 5 ? 4 : 3), id, Buffer.from(version === 5 ? [0, 2] : [2])]));
    while (peer.packets.length < 2) await new Promise((resolve) => setImmediate(resolve));
    peer.send(
      Buffer.concat([
        Buffer.of(0x90, version === 5 ? 4 : 3),
        peer.packets[1]!.subarray(2, 4),
        Buffer.from(version === 5 ? [0, 2] : [2]),
      ]),
    );
    await within(granted, 10_000, 'SUBACK');
    peer.cut();
    return client;
  }

  forget(): void {
    this.emitted = [];
    this.errors = [];
    this.reasonCodes = [];
  }
}

/** First everything there is as it is, then mutations without end. Each is a whole stream, and whether it begins with CONNACK. */
function* streams(
  version: Version,
  random: () => number,
): Generator<{ readonly body: Buffer; readonly isAnswer: boolean }, never> {
  const modern = version === 5;
  const packets = [...serverPackets(version), ...forbiddenPackets(), ...(modern ? propertyPackets() : [])];
  const answers = [...serverAnswers(version), ...(modern ? propertyAnswers() : [])];
  for (const body of packets) yield { body, isAnswer: false };
  for (const body of answers) yield { body, isAnswer: true };
  for (;;) {
    const isAnswer = random() < 0.1;
    const list = isAnswer ? answers : packets;
    let body = list[Math.floor(random() * list.length)]!;
    for (let count = 1 + Math.floor(random() * 3); count > 0; count--) body = mutate(body, random);
    yield { body, isAnswer };
  }
}

/** The stream that carries this packet, or `undefined` when it is not malformed, or when its place decides. */
function toCase(
  { body, isAnswer }: { readonly body: Buffer; readonly isAnswer: boolean },
  version: Version,
): Case | undefined {
  const accepting = version === 5 ? Buffer.of(0x20, 3, 1, 0, 0) : Buffer.of(0x20, 2, 1, 0);
  const sentinel = (topic: string): Buffer =>
    encode({ cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false }, version);
  const stream = isAnswer
    ? Buffer.concat([body, sentinel('after')])
    : Buffer.concat([accepting, sentinel('before'), body, sentinel('after')]);
  const judgement = judge(stream, version, MAXIMUM_PACKET_SIZE);
  if (!judgement.isMalformed) return undefined;
  const kinds = judgement.packets.map((packet) => (JSON.parse(packet) as unknown[]).slice(0, 2));
  // Whether these are right depends on what was asked for; QoS 2 depends on what was there before; and a goodbye is one.
  if (
    judgement.packets.slice(isAnswer ? 0 : 1).some((packet) => /^\["(suback|unsuback|disconnect|connack)"/.test(packet))
  )
    return undefined;
  if (judgement.packets.some((packet) => isExactlyOnce(packet))) return undefined;
  return { name: body.toString('hex'), stream, judgement, isAccepted: kinds.length > 0 };
}

function isExactlyOnce(packet: string): boolean {
  const [name, , , qos] = JSON.parse(packet) as [string, unknown, unknown, unknown];
  return name === 'publish' && qos === 2;
}

/** What was wrong with what the client did. */
function judgeClient(
  { name, judgement, isAccepted }: Case,
  version: Version,
  client: Client,
  packets: readonly Buffer[],
): string[] {
  const problems: string[] = [];
  const published = judgement.packets.flatMap((packet) => {
    const [kind, topic, payload] = JSON.parse(packet) as [string, string, string];
    return kind === 'publish' ? [`${topic} ${payload}`] : [];
  });
  if (client.emitted.join() !== published.join())
    problems.push(`emitted ${client.emitted.join()} instead of ${published.join()}`);
  if (client.errors.join() !== 'ERR_MQTT_PROTOCOL by client') problems.push(`told of ${client.errors.join()}`);
  const [reasonCode] = client.reasonCodes;
  if (reasonCode === undefined || !judgement.codes.has(reasonCode))
    problems.push(`gave ${String(reasonCode)} as the reason`);
  const goodbyes = packets.filter((packet) => packet[0]! >> 4 === 14);
  if (version === 5 && isAccepted) {
    const said = goodbyes.map((goodbye) => (goodbye[1] === 0 ? 0 : goodbye[2]));
    if (said.join() !== String(reasonCode))
      problems.push(`said goodbye with ${said.join()}, and gave ${String(reasonCode)}`);
    if (packets.at(-1) !== goodbyes.at(-1)) problems.push('said more after its goodbye');
  } else if (goodbyes.length > 0) problems.push('said goodbye where it has no reasons');
  const right = [...judgement.codes].join(' or ');
  return problems.map((problem) => `MQTT ${String(version)}, ${name}: ${problem}; right would be ${right}`);
}
