import type { Command } from './packets.js';

/*
 * A second decoder of what servers send, written from the specification alone, slowly and without a thought of speed. It
 * knows of each fault with which reason codes a client may hang up on it.
 */

const MALFORMED = 0x81;
const PROTOCOL = 0x82;
/** Where the specification leaves it open, or does not say. */
const EITHER = [MALFORMED, PROTOCOL] as const;

/** The packets up to the first malformed one, as text, and what may be said about that one. */
export interface Judgement {
  readonly packets: readonly string[];
  readonly isMalformed: boolean;
  /** The reason codes that are right for it; none when there is none. */
  readonly codes: ReadonlySet<number>;
}

/** A property: its name, how it is written, and which packets of a server it belongs into. */
type Row = readonly [name: string, kind: string, where: string];

const table: Readonly<Record<number, Row>> = {
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
  0x17: ['requestProblemInformation', 'bool', ''],
  0x18: ['willDelayInterval', 'u32', ''],
  0x19: ['requestResponseInformation', 'bool', ''],
  0x1a: ['responseInformation', 'text', 'connack'],
  0x1c: ['serverReference', 'text', 'connack disconnect'],
  0x1f: ['reasonString', 'text', 'connack ack disconnect'],
  0x21: ['receiveMaximum', 'u16+', 'connack'],
  0x22: ['topicAliasMaximum', 'u16', 'connack'],
  0x23: ['topicAlias', 'u16', ''],
  0x24: ['maximumQoS', 'bool', 'connack'],
  0x25: ['retainAvailable', 'bool', 'connack'],
  0x26: ['userProperties', 'many pair', 'connack publish ack disconnect'],
  0x27: ['maximumPacketSize', 'u32+', 'connack'],
  0x28: ['wildcardSubscriptionAvailable', 'bool', 'connack'],
  0x29: ['subscriptionIdentifiersAvailable', 'bool', 'connack'],
  0x2a: ['sharedSubscriptionAvailable', 'bool', 'connack'],
};

/** All properties of MQTT 5 by identifier, with a value each, as bytes. */
export const everyProperty: readonly { readonly id: number; readonly bytes: Buffer }[] = Object.entries(table).map(
  ([id, [, kind]]) => ({ id: Number(id), bytes: Buffer.concat([Buffer.of(Number(id)), sample(kind)]) }),
);

/** The types of packets by number, where `mqtt-packet` has a name for them. */
export const packetTypes: readonly (Command | undefined)[] = [
  undefined,
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
];

/** What the specification says about a stream of a server. */
export function judge(stream: Buffer, version: 3 | 4 | 5, maximumPacketSize: number): Judgement {
  const packets: string[] = [];
  const state = { phase: 'new' };
  const faults: Faults = new Faults();
  let offset = 0;
  try {
    while (offset < stream.length) {
      const header = [...stream.subarray(offset + 1, offset + 5)];
      const last = header.findIndex((byte) => byte < 128);
      if (last < 0) {
        faults.must(header.length < 4, MALFORMED);
        break;
      }
      const length = new Fields(header.slice(0, last + 1), faults).variable();
      const start = offset + last + 2;
      faults.must(start + length - offset <= maximumPacketSize, 0x95);
      if (start + length > stream.length) break;
      const body = new Fields([...stream.subarray(start, start + length)], faults);
      const packet = judgePacket(stream[offset]!, body, version, state, faults);
      faults.end();
      if (packet.length > 0) packets.push(JSON.stringify(packet));
      offset = start + length;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    // MQTT 3.x has no reason codes: what we say to ourselves is our own affair.
    if (version !== 5) for (const code of EITHER) faults.codes.add(code);
    return { packets, isMalformed: true, codes: faults.codes };
  }
  return { packets, isMalformed: false, codes: faults.codes };
}

/** In one order and without bytes, so that texts can be compared. */
export function sorted(properties: object): object {
  const entries = Object.entries(properties as Record<string, unknown>);
  if (entries.length === 0) return {};
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Uint8Array ? digits(value) : value]),
  );
}

export function digits(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function sample(kind: string): Buffer {
  const text = Buffer.from([0, 1, 0x61]);
  if (kind.endsWith('pair')) return Buffer.concat([text, text]);
  if (kind.startsWith('u32')) return Buffer.of(0, 0, 1, 0);
  if (kind.startsWith('u16')) return Buffer.of(0, 7);
  if (kind === 'bool' || kind.includes('var')) return Buffer.of(1);
  return text;
}

class Malformed extends Error {}

/** What is wrong with a packet. A client may find any of it first. */
class Faults {
  readonly codes = new Set<number>();

  /** Something without which the rest cannot be read. */
  must(condition: boolean, ...codes: readonly number[]): asserts condition {
    this.should(condition, ...codes);
    if (!condition) throw new Malformed();
  }

  should(condition: boolean, ...codes: readonly number[]): void {
    if (!condition) for (const code of codes) this.codes.add(code);
  }

  /** The packet is read. */
  end(): void {
    if (this.codes.size > 0) throw new Malformed();
  }
}

/** The fields of a packet, one list of numbers eaten from the front. */
class Fields {
  readonly #rest: number[];
  readonly #faults: Faults;

  constructor(bytes: number[], faults: Faults) {
    this.#rest = bytes;
    this.#faults = faults;
  }

  isEmpty(): boolean {
    return this.#rest.length === 0;
  }

  take(count: number): number[] {
    this.#faults.must(count <= this.#rest.length, MALFORMED);
    return this.#rest.splice(0, count);
  }

  number(bytes: number): number {
    return this.take(bytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  variable(): number {
    const bytes: number[] = [];
    do bytes.push(this.number(1));
    while (bytes.at(-1)! >= 128 && bytes.length < 5);
    this.#faults.must(bytes.length <= 4 && (bytes.length === 1 || bytes.at(-1) !== 0), MALFORMED);
    return bytes.reduceRight((value, byte) => value * 128 + (byte % 128), 0);
  }

  text(): string {
    const bytes = Buffer.from(this.take(this.number(2)));
    const text = bytes.toString('utf8');
    this.#faults.should(Buffer.from(text, 'utf8').equals(bytes) && !text.includes('\0'), MALFORMED);
    return text;
  }

  topic(): string {
    const topic = this.text();
    this.#faults.should(!/[+#]/.test(topic), ...EITHER, 0x90);
    return topic;
  }

  identifier(): number {
    const id = this.number(2);
    this.#faults.should(id > 0, ...EITHER);
    return id;
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
    this.#faults.should(kind !== 'bool' || value < 2, PROTOCOL);
    this.#faults.should(!kind.endsWith('+') || value > 0, PROTOCOL);
    return value;
  }

  properties(owner: string): object {
    const section = new Fields(this.take(this.variable()), this.#faults);
    const properties: Record<string, unknown> = {};
    while (!section.isEmpty()) {
      const id = section.variable();
      const row = table[id];
      this.#faults.must(row !== undefined, MALFORMED);
      const [name, kind, where] = row;
      const isAlias = id === 0x23 && owner === 'publish';
      // We have allowed no alias. A server's DISCONNECT with a session expiry is called a protocol error by the specification.
      if (isAlias) this.#faults.should(false, 0x94, PROTOCOL);
      else if (id === 0x11 && owner === 'disconnect') this.#faults.should(false, ...EITHER);
      else this.#faults.should(where.split(' ').includes(owner), MALFORMED);
      const isMany = kind.startsWith('many ');
      this.#faults.should(isMany || !(name in properties), PROTOCOL);
      const value = section.value(kind.replace('many ', ''));
      properties[name] = isMany ? [...((properties[name] as unknown[] | undefined) ?? []), value] : value;
    }
    return sorted(properties);
  }
}

function judgePacket(
  first: number,
  fields: Fields,
  version: 3 | 4 | 5,
  state: { phase: string },
  faults: Faults,
): unknown[] {
  const type = first >> 4;
  const flags = first % 16;
  faults.should(type === 3 || flags === (type === 6 ? 2 : 0), MALFORMED);
  faults.must(state.phase === (type === 2 ? 'new' : 'connected'), PROTOCOL, ...(type === 0 ? [MALFORMED] : []));
  const packet = contents(type, flags, fields, version, faults);
  faults.should(fields.isEmpty(), MALFORMED);
  if (type === 2) state.phase = packet[2] === 0 ? 'connected' : 'refused';
  return packet;
}

function contents(type: number, flags: number, fields: Fields, version: 3 | 4 | 5, faults: Faults): unknown[] {
  const isModern = version === 5;
  switch (type) {
    case 2: {
      const [acknowledge, code] = fields.take(2) as [number, number];
      faults.should(acknowledge < 2, MALFORMED);
      faults.should(acknowledge % 2 === 0 || code === 0, PROTOCOL);
      if (isModern && (code === 0 || !fields.isEmpty())) {
        faults.should(code === 0 || code >= 0x80, ...EITHER);
        return ['connack', acknowledge === 1, code, fields.properties('connack')];
      }
      faults.should(code <= 5 || code >= 0x80, ...EITHER);
      return ['connack', acknowledge === 1, [0, 0x84, 0x85, 0x88, 0x86, 0x87][code] ?? code, {}];
    }
    case 3: {
      const qos = (flags >> 1) % 4;
      faults.must(qos < 3, MALFORMED);
      faults.should(qos > 0 || flags < 8, ...EITHER);
      const topic = fields.topic();
      const id = qos === 0 ? 0 : fields.identifier();
      faults.should(topic !== '', PROTOCOL);
      const properties = isModern ? fields.properties('publish') : {};
      const payload = digits(Uint8Array.from(fields.all()));
      return ['publish', topic, payload, qos, flags % 2 === 1, flags >= 8, id, properties];
    }
    case 4:
    case 5:
    case 6:
    case 7: {
      const id = fields.identifier();
      if (fields.isEmpty()) return ['ack', type, id, 0, {}];
      faults.must(isModern, MALFORMED);
      const code = fields.number(1);
      // Every code from 0x80 on is a refusal, listed for the packet or not.
      const isKnown =
        type === 6 ? code === 0 || code === 0x92 : code === 0 || code >= 0x80 || (code === 0x10 && type < 6);
      faults.should(isKnown, ...EITHER);
      return ['ack', type, id, code, fields.isEmpty() ? {} : fields.properties('ack')];
    }
    case 9:
    case 11: {
      const id = fields.identifier();
      const name = type === 9 ? 'suback' : 'unsuback';
      if (type === 11 && !isModern) return [name, id, [], undefined];
      const properties: { reasonString?: string } = isModern ? fields.properties('ack') : {};
      const codes = fields.all();
      const allowed = type === 11 ? [0, 0x11] : [0, 1, 2];
      faults.should(codes.length > 0, ...EITHER);
      faults.should(
        codes.every((code) => allowed.includes(code) || (isModern ? code >= 0x80 : code === 0x80)),
        ...EITHER,
      );
      return [name, id, codes, properties.reasonString];
    }
    case 13:
      return [];
    case 14: {
      faults.must(isModern, ...EITHER);
      const code = fields.isEmpty() ? 0 : fields.number(1);
      faults.should(code === 0 || code >= 0x80, ...EITHER);
      return ['disconnect', code, fields.isEmpty() ? {} : fields.properties('disconnect')];
    }
    default:
      // What only clients send, what does not exist, and AUTH, which nobody has asked for.
      faults.must(false, ...EITHER);
      return [];
  }
}
