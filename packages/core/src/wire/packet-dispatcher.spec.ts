import { hex } from '../../test/support/packets.js';
import { caught } from '../../test/topics/caught.js';
import { PacketDispatcher } from './packet-dispatcher.js';
import type { ProtocolVersion } from './codec/packet-type.js';

const MALFORMED = 0x81;
const PROTOCOL = 0x82;
const ALIAS = 0x94;
const versions = [3, 4, 5] as const;

/** A dispatcher, and everything that came out of it. */
class Subject {
  readonly calls: (readonly [name: string, argument: unknown])[] = [];
  readonly #dispatcher: PacketDispatcher;

  constructor(version: ProtocolVersion) {
    const note = (name: string) => (argument: unknown) => void this.calls.push([name, argument]);
    const handlers = {
      connack: note('connack'),
      auth: note('auth'),
      publish: note('publish'),
      ack: (type: number, ack: object) => void this.calls.push(['ack', { type, ...ack }]),
      suback: note('suback'),
      unsuback: note('unsuback'),
      drain: () => void this.calls.push(['drain', undefined]),
      closed: note('closed'),
    };
    this.#dispatcher = new PacketDispatcher(version, handlers, {
      accepted: () => void this.calls.push(['accepted', undefined]),
      pong: () => undefined,
      disconnect: note('disconnect'),
    });
  }

  get names(): string[] {
    return this.calls.map(([name]) => name);
  }

  /** Takes one packet, which lies somewhere in a chunk. */
  take(packet: string): this {
    const bytes = Buffer.concat([hex('eeee'), hex(packet), hex('eeee')]);
    const bodyStart = 2 + 2 + bytes.subarray(3).findIndex((byte) => byte < 0x80);
    this.#dispatcher.dispatch(bytes[2]!, bytes, bodyStart, bytes.length - 2);
    return this;
  }
}

function accepting(version: ProtocolVersion): string {
  return version === 5 ? '20 03 00 00 00' : '20 02 00 00';
}

/** After CONNACK. */
function connected(version: ProtocolVersion): Subject {
  const subject = new Subject(version).take(accepting(version));
  subject.calls.length = 0;
  return subject;
}

/** What breaks, the packet, and the reason code. */
type Row = readonly [what: string, packet: string, reasonCode: number];

const everyVersion: readonly Row[] = [
  ['packet type 0', '00 00', MALFORMED],
  ['packet type 0 with a body', '00 02 0001', MALFORMED],
  ['CONNECT', '10 0d 0004 4d515454 04 02 003c 0001 61', PROTOCOL],
  ['a PUBLISH of QoS 3', '36 06 0001 61 0001 00', MALFORMED],
  ['a PUBLISH of QoS 3 that is a duplicate and retained', '3f 06 0001 61 0001 00', MALFORMED],
  ['a duplicate of QoS 0', '38 04 0001 61 00', MALFORMED],
  ['a PUBLISH without a body', '30 00', MALFORMED],
  ['a PUBLISH with half a topic length', '30 01 00', MALFORMED],
  ['a PUBLISH with a truncated topic', '30 04 0010 61 00', MALFORMED],
  ['a PUBLISH with an empty topic', '30 03 0000 00', PROTOCOL],
  ['a PUBLISH with the topic c0 80', '30 05 0002 c080 00', MALFORMED],
  ['a PUBLISH with the topic ed a0 80', '30 06 0003 eda080 00', MALFORMED],
  ['a PUBLISH with NUL in its topic', '30 05 0002 6100 00', MALFORMED],
  ['a PUBLISH to a/#', '30 06 0003 612f23 00', MALFORMED],
  ['a PUBLISH to +', '30 04 0001 2b 00', MALFORMED],
  ['a PUBLISH of QoS 1 without identifier', '32 03 0001 61', MALFORMED],
  ['a PUBLISH of QoS 1 with identifier 0', '32 06 0001 61 0000 00', MALFORMED],
  ['a PUBLISH of QoS 2 with identifier 0', '34 06 0001 61 0000 00', MALFORMED],
  ['a PUBACK without a body', '40 00', MALFORMED],
  ['a PUBACK of one byte', '40 01 01', MALFORMED],
  ['a PUBACK with identifier 0', '40 02 0000', MALFORMED],
  ['a PUBREC without a body', '50 00', MALFORMED],
  ['a PUBREC with identifier 0', '50 02 0000', MALFORMED],
  ['a PUBREL with flags 0', '60 02 0001', MALFORMED],
  ['a PUBREL without a body', '62 00', MALFORMED],
  ['a PUBREL with identifier 0', '62 02 0000', MALFORMED],
  ['a PUBCOMP without a body', '70 00', MALFORMED],
  ['a PUBCOMP with identifier 0', '70 02 0000', MALFORMED],
  ['SUBSCRIBE', '82 06 0001 0001 61 00', MALFORMED],
  ['SUBSCRIBE with flags 0', '80 06 0001 0001 61 00', PROTOCOL],
  ['a SUBACK without a body', '90 00', MALFORMED],
  ['a SUBACK of one byte', '90 01 01', MALFORMED],
  ['UNSUBSCRIBE', 'a2 05 0001 0001 61', MALFORMED],
  ['UNSUBSCRIBE with flags 0', 'a0 05 0001 0001 61', PROTOCOL],
  ['an UNSUBACK without a body', 'b0 00', MALFORMED],
  ['an UNSUBACK with identifier 0', 'b0 04 0000 00 00', MALFORMED],
  ['PINGREQ', 'c0 00', PROTOCOL],
  ['a PINGRESP with a body', 'd0 01 00', MALFORMED],
  ['AUTH that nobody asked for', 'f0 02 18 00', PROTOCOL],
];

const version5: readonly Row[] = [
  ['a second CONNACK', '20 03 00 00 00', PROTOCOL],
  ['a second CONNACK that refuses', '20 03 00 87 00', PROTOCOL],
  ['a PUBLISH without properties', '30 03 0001 61', MALFORMED],
  ['a PUBLISH with properties longer than the packet', '30 05 0001 61 20 78', MALFORMED],
  ['a PUBLISH with an unknown property', '30 06 0001 61 02 7f01', MALFORMED],
  ['a PUBLISH with a property of CONNACK', '30 09 0001 61 05 1100000001', MALFORMED],
  ['a PUBLISH with a property twice', '30 0e 0001 61 0a 0200000001 0200000002', PROTOCOL],
  ['a PUBLISH with payload format 2', '30 06 0001 61 02 0102', PROTOCOL],
  ['a PUBLISH with subscription identifier 0', '30 06 0001 61 02 0b00', PROTOCOL],
  ['a PUBLISH with topic alias 0', '30 07 0001 61 03 230000', ALIAS],
  ['a PUBLISH with a topic alias above our maximum of 0', '30 07 0001 61 03 230001', ALIAS],
  ['a PUBLISH with an alias and no topic', '30 06 0000 03 230001', ALIAS],
  ['a PUBLISH with a wildcard in its response topic', '30 08 0001 61 04 08 0001 23', PROTOCOL],
  ['a PUBACK with a code it has not', '40 03 0001 11', PROTOCOL],
  ['a PUBACK with a property of PUBLISH', '40 06 0001 00 02 0101', MALFORMED],
  ['a PUBACK with a reason twice', '40 0c 0001 00 08 1f000161 1f000162', PROTOCOL],
  ['a PUBREC with a code it has not', '50 03 0001 01', PROTOCOL],
  ['a PUBREL with a code it has not', '62 03 0001 80', PROTOCOL],
  ['a PUBCOMP with a code it has not', '70 03 0001 10', PROTOCOL],
  ['a SUBACK with identifier 0', '90 04 0000 00 00', MALFORMED],
  ['a SUBACK without properties', '90 02 0001', MALFORMED],
  ['a SUBACK without codes', '90 03 0001 00', MALFORMED],
  ['a SUBACK with a code it has not', '90 04 0001 00 03', PROTOCOL],
  ['a SUBACK with a bad code behind good ones', '90 06 0001 00 00 01 7f', PROTOCOL],
  ['an UNSUBACK without codes', 'b0 03 0001 00', MALFORMED],
  ['an UNSUBACK with a code it has not', 'b0 04 0001 00 01', PROTOCOL],
  ['a DISCONNECT with code 4, which is the client’s', 'e0 01 04', MALFORMED],
  ['a DISCONNECT with a property of PUBLISH', 'e0 04 8b 02 0101', MALFORMED],
  ['a DISCONNECT that is longer than its contents', 'e0 03 8b 00 00', MALFORMED],
];

const before5: readonly Row[] = [
  ['a second CONNACK', '20 02 00 00', PROTOCOL],
  ['a PUBACK of three bytes', '40 03 0001 00', MALFORMED],
  ['a PUBREC of three bytes', '50 03 0001 00', MALFORMED],
  ['a PUBREL of three bytes', '62 03 0001 00', MALFORMED],
  ['a PUBCOMP of three bytes', '70 03 0001 00', MALFORMED],
  ['a SUBACK with identifier 0', '90 03 0000 00', MALFORMED],
  ['a SUBACK without codes', '90 02 0001', MALFORMED],
  ['a SUBACK with a code of MQTT 5', '90 03 0001 87', PROTOCOL],
  ['an UNSUBACK of three bytes', 'b0 03 0001 00', MALFORMED],
  ['DISCONNECT', 'e0 00', PROTOCOL],
];

describe.each(versions)('on MQTT version %i', (version) => {
  it.each([...everyVersion, ...(version === 5 ? version5 : before5)])(
    '%s is refused and not handed on',
    (_, packet, reasonCode) => {
      const subject = connected(version);
      expect(caught(() => subject.take(packet))).toMatchObject({
        name: 'ProtocolError',
        code: 'ERR_MQTT_PROTOCOL',
        reasonCode,
      });
      expect(subject.names).toEqual([]);
    },
  );

  // One packet of each kind that a server may send.
  const properties = version === 5 ? '00' : '';
  const valid: readonly (readonly [type: number, flags: number, body: string, name: string | undefined])[] = [
    [4, 0, '0001', 'ack'],
    [5, 0, '0001', 'ack'],
    [6, 2, '0001', 'ack'],
    [7, 0, '0001', 'ack'],
    [9, 0, `0001 ${properties} 00`, 'suback'],
    [11, 0, version === 5 ? '0001 00 00' : '0001', 'unsuback'],
    [13, 0, '', undefined],
    ...(version === 5 ? [[14, 0, '', 'disconnect'] as const] : []),
  ];

  it.each(valid)('a packet of type %i has the flags %i, and no others', (type, rightFlags, body, name) => {
    for (let flags = 0; flags < 16; flags++) {
      const packet = Buffer.concat([Buffer.of((type << 4) | flags, hex(body).length), hex(body)]).toString('hex');
      const subject = connected(version);
      if (flags === rightFlags) expect(subject.take(packet).names).toEqual(name === undefined ? [] : [name]);
      else expect(caught(() => subject.take(packet))).toMatchObject({ reasonCode: MALFORMED });
    }
  });

  it('any packet before CONNACK is refused and not handed on', () => {
    const publish = `3006 0003 612f62 ${version === 5 ? '00' : '78'}`;
    const packets = [publish, ...everyVersion.map(([, packet]) => packet), ...valid.map(packetOf), 'e0 00'];
    for (const packet of packets) {
      const subject = new Subject(version);
      expect(caught(() => subject.take(packet))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: PROTOCOL });
      expect(subject.names).toEqual([]);
    }
  });

  it('a malformed CONNACK is refused and not handed on', () => {
    const packets = ['21 02 00 00', '20 00', '20 01 00', '20 02 02 00', '20 02 00 06', '20 04 00 00 00 00'];
    for (const packet of packets) {
      const subject = new Subject(version);
      expect(caught(() => subject.take(packet))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: MALFORMED });
      expect(subject.names).toEqual([]);
    }
  });

  it('nothing may follow a CONNACK that refuses', () => {
    for (const packet of [accepting(version), '20 02 00 05', ...valid.map(packetOf)]) {
      const subject = new Subject(version).take('20 02 00 05');
      expect(subject.calls).toEqual([['connack', { sessionPresent: false, reasonCode: 0x87, properties: {} }]]);
      expect(caught(() => subject.take(packet))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: PROTOCOL });
      expect(subject.names).toEqual(['connack']);
    }
  });

  it('the acceptance is told before what CONNACK says', () => {
    const packet = version === 5 ? '20 06 01 00 03 21 000a' : '20 02 01 00';
    expect(new Subject(version).take(packet).calls).toEqual([
      ['accepted', undefined],
      ['connack', { sessionPresent: true, reasonCode: 0, properties: version === 5 ? { receiveMaximum: 10 } : {} }],
    ]);
  });

  it('acknowledgements of what was never sent are handed on: that is for others to judge', () => {
    const subject = connected(version).take('40 02 0001').take('50 02 0002').take('62 02 0003').take('70 02 0004');
    expect(subject.calls.map(([, ack]) => ack)).toEqual(
      [4, 5, 6, 7].map((type, i) => ({ type, packetId: i + 1, reasonCode: 0, properties: undefined })),
    );
  });

  function packetOf([type, flags, body]: (typeof valid)[number]): string {
    return Buffer.concat([Buffer.of((type << 4) | flags, hex(body).length), hex(body)]).toString('hex');
  }
});
