import { hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import { PacketReader } from './packet-reader.js';
import { readProperties } from './properties-decoder.js';
import type { Properties, PropertyOwner } from './property-table.js';

const owners: readonly PropertyOwner[] = ['connack', 'publish', 'ack', 'disconnect', 'auth'];

// Table 2-4 of MQTT 5, as far as servers send it: identifier, an encoded value, the value, where it may stand.
const table: readonly (readonly [id: string, bytes: string, name: keyof Properties, value: unknown, where: string])[] =
  [
    ['01', '01', 'payloadFormatIndicator', 1, 'publish'],
    ['02', '00000000', 'messageExpiryInterval', 0, 'publish'],
    ['03', '0002 c3a4', 'contentType', 'ä', 'publish'],
    ['08', '0001 72', 'responseTopic', 'r', 'publish'],
    ['09', '0002 00ff', 'correlationData', Uint8Array.of(0, 255), 'publish'],
    ['0b', 'ffffff7f', 'subscriptionIdentifiers', [268_435_455], 'publish'],
    ['11', 'ffffffff', 'sessionExpiryInterval', 0xffff_ffff, 'connack'],
    ['12', '0001 69', 'assignedClientIdentifier', 'i', 'connack'],
    ['13', '0000', 'serverKeepAlive', 0, 'connack'],
    ['15', '0001 6d', 'authenticationMethod', 'm', 'connack auth'],
    ['16', '0001 64', 'authenticationData', Uint8Array.of(0x64), 'connack auth'],
    ['1a', '0001 72', 'responseInformation', 'r', 'connack'],
    ['1c', '0001 73', 'serverReference', 's', 'connack disconnect'],
    ['1f', '0000', 'reasonString', '', 'connack ack disconnect auth'],
    ['21', '0001', 'receiveMaximum', 1, 'connack'],
    ['22', '0000', 'topicAliasMaximum', 0, 'connack'],
    ['23', '0001', 'topicAlias', 1, 'publish'],
    ['24', '00', 'maximumQoS', 0, 'connack'],
    ['25', '01', 'retainAvailable', 1, 'connack'],
    ['26', '0001 61 0002 c3a4', 'userProperties', [['a', 'ä']], 'connack publish ack disconnect auth'],
    ['27', '00000001', 'maximumPacketSize', 1, 'connack'],
    ['28', '00', 'wildcardSubscriptionAvailable', 0, 'connack'],
    ['29', '00', 'subscriptionIdentifiersAvailable', 0, 'connack'],
    ['2a', '00', 'sharedSubscriptionAvailable', 0, 'connack'],
  ];
const repeatable = ['subscriptionIdentifiers', 'userProperties'];
const malformedPacket = { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 };
const protocolError = { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x82 };

function read(content: string | Uint8Array, owner: PropertyOwner, behind = ''): Properties {
  const bytes = typeof content === 'string' ? hex(content) : content;
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, bytes.length >> 7];
  const whole = Buffer.concat([Buffer.from(length), bytes, hex(behind)]);
  const reader = new PacketReader(whole, 0, whole.length);
  const properties = readProperties(reader, owner);
  expect(reader.rest).toBe(hex(behind).length);
  return properties;
}

describe.each(table)('property 0x%s (%s)', (id, bytes, name, value, where) => {
  it.each(owners)(`is read where it may stand, and refused elsewhere: %s`, (owner) => {
    if (where.split(' ').includes(owner)) expect(read(id + bytes, owner, 'ffff')).toEqual({ [name]: value });
    else expect(caught(() => read(id + bytes, owner))).toMatchObject(malformedPacket);
  });

  const owner = where.split(' ')[0] as PropertyOwner;

  it('may be repeated only if the specification says so', () => {
    const twice = `${id}${bytes}`.repeat(2);
    if (repeatable.includes(name)) {
      const one = (value as unknown[])[0];
      expect(read(twice, owner)).toEqual({ [name]: [one, one] });
    } else expect(caught(() => read(twice, owner))).toMatchObject(protocolError);
  });

  it('is malformed when it is cut off, even if the packet goes on', () => {
    const whole = hex(id + bytes);
    for (let length = 1; length < whole.length; length++) {
      expect(caught(() => read(whole.subarray(0, length), owner, '0000 0000'))).toMatchObject(malformedPacket);
    }
  });

  it('is malformed when its identifier is not in its shortest form', () => {
    const long = `${(Number.parseInt(id, 16) | 0x80).toString(16)}00`;
    expect(caught(() => read(long + bytes, owner))).toMatchObject(malformedPacket);
  });
});

describe('readProperties', () => {
  it('refuses every identifier that is not in the table', () => {
    const known = table.map(([id]) => Number.parseInt(id, 16));
    for (let id = 0; id < 128; id++) {
      if (known.includes(id)) continue;
      for (const owner of owners) {
        expect(caught(() => read(`${id.toString(16).padStart(2, '0')}0000000000`, owner))).toMatchObject(
          malformedPacket,
        );
      }
    }
    expect(caught(() => read('8101 00', 'publish'))).toMatchObject(malformedPacket);
  });

  it.each([
    ['0102', 'publish'],
    ['01ff', 'publish'],
    ['0b00', 'publish'],
    ['210000', 'connack'],
    ['2402', 'connack'],
    ['2502', 'connack'],
    ['2700000000', 'connack'],
    ['2802', 'connack'],
    ['2902', 'connack'],
    ['2a02', 'connack'],
  ] as const)('refuses the value of %s in %s', (content, owner) => {
    expect(caught(() => read(content, owner))).toMatchObject(protocolError);
  });

  it.each(['', '05', '80', '8000', 'ffffffff01', '03 2401'])(
    'refuses %j where a length and properties should be',
    (bytes) => {
      const reader = new PacketReader(hex(bytes), 0, hex(bytes).length);
      expect(caught(() => readProperties(reader, 'connack'))).toMatchObject(malformedPacket);
    },
  );

  it('keeps pairs in order, with names that objects treat specially', () => {
    const names = ['b', '__proto__', 'a', 'constructor', 'b', ''];
    const content = Buffer.concat(
      names.map((name) => Buffer.concat([hex('26'), Buffer.of(0, name.length), Buffer.from(name), hex('0001 78')])),
    );
    expect(read(content, 'ack').userProperties).toEqual(names.map((name) => [name, 'x']));
  });

  it('takes a flood of pairs, at a cost per pair', () => {
    // [CVE-2021-41039] Anything quadratic would run into the time limit of the test.
    const count = 200_000;
    const pair = hex('26 0001 61 0001 62');
    const content = Buffer.concat(new Array<Buffer>(count).fill(pair));
    const length = [content.length & 0x7f, (content.length >> 7) & 0x7f, content.length >> 14].map((part, i) =>
      i < 2 ? part | 0x80 : part,
    );
    const whole = Buffer.concat([Buffer.from(length), content]);
    expect(readProperties(new PacketReader(whole, 0, whole.length), 'publish').userProperties).toHaveLength(count);
  });
});
