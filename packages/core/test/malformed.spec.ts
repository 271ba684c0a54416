import { leavesNothingBehind } from './support/globals.js';
import { Inbox, openConnection, StateLog } from './support/open.js';
import { hex } from './support/packets.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

const MALFORMED = 0x81;
const PROTOCOL = 0x82;

/** What breaks, the bytes, and the reason codes that may be given for it. */
type Row = readonly [what: string, bytes: string, codes: readonly number[]];

const both: Row[] = [
  ['packet type 0', '00 00', [MALFORMED, PROTOCOL]],
  ['PUBLISH with QoS 3', '36 06 0001 61 0001 78', [MALFORMED]],
  ['PUBLISH without a topic', '30 00', [MALFORMED]],
  ['PUBLISH with half a topic length', '30 01 00', [MALFORMED]],
  ['PUBLISH with a topic longer than the packet', '30 03 0010 61', [MALFORMED]],
  ['PUBLISH at QoS 1 without an identifier', '32 03 0001 61', [MALFORMED]],
  ['PUBLISH at QoS 1 with identifier 0', '32 06 0001 61 0000 00', [MALFORMED, PROTOCOL]],
  ['PUBLISH at QoS 2 with identifier 0', '34 06 0001 61 0000 00', [MALFORMED, PROTOCOL]],
  ['a length of five bytes', '30 ffffffff01', [MALFORMED]],
  ['PUBACK with flags', '41 02 0001', [MALFORMED]],
  ['PUBACK of one byte', '40 01 00', [MALFORMED]],
  ['PUBACK with identifier 0', '40 02 0000', [MALFORMED, PROTOCOL]],
  ['PUBREC with flags', '52 02 0001', [MALFORMED]],
  ['PUBREC of no bytes', '50 00', [MALFORMED]],
  ['PUBREL with flags 0', '60 02 0001', [MALFORMED]],
  ['PUBREL with flags 3', '63 02 0001', [MALFORMED]],
  ['PUBREL with identifier 0', '62 02 0000', [MALFORMED, PROTOCOL]],
  ['PUBCOMP with flags', '71 02 0001', [MALFORMED]],
  ['PUBCOMP of one byte', '70 01 01', [MALFORMED]],
  ['SUBACK with flags', '91 03 0001 00', [MALFORMED]],
  ['SUBACK with identifier 0', '90 03 0000 00', [MALFORMED, PROTOCOL]],
  ['SUBACK of one byte', '90 01 00', [MALFORMED]],
  ['SUBACK that nobody waits for', '90 04 1234 00 00', [MALFORMED, PROTOCOL]],
  ['UNSUBACK with flags', 'b1 02 0001', [MALFORMED]],
  ['UNSUBACK of no bytes', 'b0 00', [MALFORMED]],
  ['PINGRESP with a byte', 'd0 01 00', [MALFORMED]],
  ['PINGRESP with flags', 'd1 00', [MALFORMED]],
  ['CONNECT from a server', '10 0d 0004 4d515454 04 02 003c 0001 61', [MALFORMED, PROTOCOL]],
  ['SUBSCRIBE from a server', '82 06 0001 0001 61 00', [MALFORMED, PROTOCOL]],
  ['UNSUBSCRIBE from a server', 'a2 05 0001 0001 61', [MALFORMED, PROTOCOL]],
  ['PINGREQ from a server', 'c0 00', [MALFORMED, PROTOCOL]],
];

const version5: Row[] = [
  ...both,
  ['a length that is not the shortest', '30 8700 0001 61 00 78 78 78', [MALFORMED]],
  ['PUBLISH without properties', '30 03 0001 61', [MALFORMED]],
  ['PUBLISH with properties longer than the packet', '30 05 0001 61 20 78', [MALFORMED]],
  ['PUBLISH with a properties length of five bytes', '30 09 0001 61 ffffffff01 78', [MALFORMED]],
  ['PUBLISH with an unknown property', '30 06 0001 61 02 7f01', [MALFORMED, PROTOCOL]],
  ['PUBLISH with property 0', '30 06 0001 61 02 0000', [MALFORMED, PROTOCOL]],
  ['PUBLISH with a property of CONNECT', '30 09 0001 61 05 1100000001', [MALFORMED, PROTOCOL]],
  ['PUBLISH with a property twice', '30 0f 0001 61 0a 0200000001 0200000002 78', [MALFORMED, PROTOCOL]],
  ['PUBLISH with half a property', '30 06 0001 61 02 0200', [MALFORMED]],
  ['PUBLISH with half a user property', '30 08 0001 61 04 26 0001 61', [MALFORMED]],
  ['PUBLISH with payload format 2', '30 06 0001 61 02 0102', [MALFORMED, PROTOCOL]],
  ['PUBLISH with subscription identifier 0', '30 06 0001 61 02 0b00', [MALFORMED, PROTOCOL]],
  ['PUBLISH with topic alias 0', '30 07 0001 61 03 230000', [MALFORMED, PROTOCOL, 0x94]],
  ['PUBLISH with a topic alias above our maximum', '30 08 0001 61 03 230001 78', [PROTOCOL, 0x94]],
  ['PUBLISH with an unknown topic alias and no topic', '30 07 0000 03 230001 78', [PROTOCOL, 0x94]],
  ['PUBLISH with a response topic with wildcards', '30 09 0001 61 04 08 0001 23 78', [MALFORMED, PROTOCOL, 0x90]],
  ['PUBACK with an impossible reason code', '40 03 0001 01', [MALFORMED, PROTOCOL]],
  ['PUBACK with a property of PUBLISH', '40 06 0001 00 02 0101', [MALFORMED, PROTOCOL]],
  ['PUBACK with properties longer than the packet', '40 05 0001 00 09 1f', [MALFORMED]],
  ['PUBREC with an impossible reason code', '50 03 0001 01', [MALFORMED, PROTOCOL]],
  ['PUBREL with an impossible reason code', '62 03 0001 80', [MALFORMED, PROTOCOL]],
  ['PUBCOMP with an impossible reason code', '70 03 0001 10', [MALFORMED, PROTOCOL]],
  ['SUBACK without properties', '90 02 1234', [MALFORMED, PROTOCOL]],
  ['DISCONNECT with flags', 'e1 00', [MALFORMED]],
  ['DISCONNECT with an impossible reason code', 'e0 01 04', [MALFORMED, PROTOCOL]],
  ['DISCONNECT with a property of PUBLISH', 'e0 04 00 02 0101', [MALFORMED, PROTOCOL]],
  ['AUTH that nobody asked for', 'f0 02 18 00', [PROTOCOL, MALFORMED]],
  ['AUTH with flags', 'f1 00', [MALFORMED]],
];

const version4: Row[] = [
  ...both,
  ['DISCONNECT from a server', 'e0 00', [MALFORMED, PROTOCOL]],
  ['packet type 15', 'f0 00', [MALFORMED, PROTOCOL]],
  ['PUBACK of three bytes', '40 03 0001 00', [MALFORMED]],
  ['PUBREL of three bytes', '62 03 0001 00', [MALFORMED]],
  ['UNSUBACK of three bytes', 'b0 03 0001 00', [MALFORMED]],
];

const topics: (readonly [string, string])[] = [
  ['an overlong NUL', 'c080'],
  ['a surrogate', 'eda080'],
  ['a byte that UTF-8 has not', 'ff'],
  ['a truncated character', 'e282'],
  ['a lone continuation', '80'],
  ['a character beyond U+10FFFF', 'f4908080'],
  ['NUL', '00'],
  ['a wildcard #', '61 2f 23'],
  ['a wildcard +', '2b'],
  ['no bytes', ''],
];

describe('on MQTT 5', () => {
  test.each(version5)('%s ends the connection with a reason', async (_, bytes, codes) => {
    const { first, lost } = await sendAndRecover(5, bytes);
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', retryable: true } });
    const [disconnect, ...more] = first.packets('disconnect');
    expect(more).toEqual([]);
    expect(codes).toContain(disconnect?.reasonCode);
    expect((lost.cause as { reasonCode?: number }).reasonCode).toBe(disconnect?.reasonCode);
  });

  test.each(topics)('a topic with %s ends the connection and is not emitted', async (_, topic) => {
    const { first, lost } = await sendAndRecover(5, publishTo(topic, '00'));
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
    expect([MALFORMED, PROTOCOL, 0x90]).toContain(first.packets('disconnect')[0]?.reasonCode);
  });

  test('a packet larger than we accept ends the connection with 0x95, before it is there', async () => {
    const { first, lost } = await sendAndRecover(5, '30 8110 0001 61 00', { maximumPacketSize: 2_048 });
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x95 } });
    expect(first.packets('disconnect')).toMatchObject([{ reasonCode: 0x95 }]);
  });
});

describe('on MQTT 3.1.1', () => {
  test.each(version4)('%s ends the connection', async (_, bytes) => {
    const { first, lost } = await sendAndRecover(4, bytes);
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', retryable: true } });
    expect(first.bytes('disconnect').every((goodbye) => goodbye.length === 2)).toBe(true);
  });

  test.each(topics)('a topic with %s ends the connection and is not emitted', async (_, topic) => {
    const { lost } = await sendAndRecover(4, publishTo(topic, ''));
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
  });
});

describe('the answer to a SUBSCRIBE', () => {
  test.each([
    [5, 'an impossible code', '00 03'],
    [5, 'another impossible code', '00 7f'],
    [5, 'no code', '00'],
    [5, 'two codes for one filter', '00 00 00'],
    [4, 'an impossible code', '03'],
    [4, 'a code of MQTT 5', '87'],
    [4, 'no code', ''],
    [4, 'two codes for one filter', '00 00'],
  ] as const)(
    '(MQTT version %s) with %s ends the connection, and the next one subscribes again',
    async (protocolVersion, _, codes) => {
      const broker = await startBroker();
      broker.on('subscribe', ({ messageId }, peer) => {
        if (broker.connections.length > 1) {
          peer.send({ cmd: 'suback', messageId, granted: [0] });
        } else {
          const rest = hex(`${messageId!.toString(16).padStart(4, '0')}${codes}`);
          peer.send(Buffer.concat([Buffer.of(0x90, rest.length), rest]));
        }
      });
      broker.sessionPresent = false;
      const connection = await openConnection(broker.url, { protocolVersion });
      const states = new StateLog(connection);
      const inbox = new Inbox(connection, 'a');
      const [lost] = await states.until('reconnecting');
      expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
      await within(inbox.subscription.ready, 2_000, 'SUBACK on the next connection');
      expect(inbox.errors).toEqual([]);
    },
  );
});

test('bytes after a malformed packet are not looked at', async () => {
  const { first } = await sendAndRecover(5, '36 06 0001 61 0001 78 32 08 0005 68 656c6c6f 0009 00');
  expect(first.packets('puback')).toHaveLength(0);
});

test('a malformed packet in pieces ends the connection too', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { protocolVersion: 5 });
  const states = new StateLog(connection);
  void broker.latest.sendPieces([...hex('30 06 0001 61 02 0000')].map((byte) => Buffer.of(byte)));
  const [lost] = await states.until('reconnecting');
  expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
});

/** Sends the bytes to a connected client, and shows that it ends the connection, emits nothing, and recovers. */
async function sendAndRecover(protocolVersion: 4 | 5, bytes: string, options: { maximumPacketSize?: number } = {}) {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { protocolVersion, ...options });
  const states = new StateLog(connection);
  const everything = new Inbox(connection, '#', { qos: 2 });
  await within(everything.subscription.ready, 2_000, 'SUBACK');
  const first = broker.latest;
  first.send(hex(bytes));
  await first.ended(2_000);
  const [lost] = await states.until('reconnecting');
  await states.until('connected', 2);
  expect(everything.messages).toEqual([]);
  expect(everything.errors).toEqual([]);
  await expectToWork(broker, everything);
  if (lost === undefined) throw new Error('no state');
  return { first, lost };
}

async function expectToWork(broker: ScriptedBroker, inbox: Inbox): Promise<void> {
  broker.on('pubrec', silent);
  broker.latest.send({
    cmd: 'publish',
    topic: 'works',
    payload: 'again',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  await inbox.received(1);
  expect(inbox.texts).toEqual(['again']);
}

/** A QoS 0 PUBLISH to a topic of these bytes. */
function publishTo(topic: string, properties: string): string {
  const bytes = hex(topic);
  const rest = `${bytes.length.toString(16).padStart(4, '0')}${topic}${properties}78`;
  return `30 ${hex(rest).length.toString(16).padStart(2, '0')} ${rest}`;
}
