import { encode, hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import { type Connack, decodeConnack } from './connack-decoder.js';
import type { ProtocolVersion } from './packet-type.js';

function decodeBody(version: ProtocolVersion, body: string): Connack {
  const bytes = Buffer.concat([hex('ee'), hex(body), hex('ee')]);
  return decodeConnack(version, bytes, 1, bytes.length - 1);
}

describe('decodeConnack on MQTT 5', () => {
  it('understands every property', () => {
    const body = [
      '01 00 6f',
      '11 00000e10',
      '12 0002 6964',
      '13 003c',
      '15 0001 6d',
      '16 0002 00ff',
      '1a 0001 72',
      '1c 0001 73',
      '1f 0003 e282ac',
      '21 0014',
      '22 000a',
      '24 01',
      '25 00',
      '26 0001 6b 0001 76 26 0001 6b 0000',
      '27 00100000',
      '28 00 29 01 2a 00',
    ].join('');
    const length = hex(body).length - 3;
    expect(decodeBody(5, body.replace('6f', length.toString(16)))).toEqual({
      sessionPresent: true,
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 3_600,
        assignedClientIdentifier: 'id',
        serverKeepAlive: 60,
        authenticationMethod: 'm',
        authenticationData: Uint8Array.of(0, 255),
        responseInformation: 'r',
        serverReference: 's',
        reasonString: '€',
        receiveMaximum: 20,
        topicAliasMaximum: 10,
        maximumQoS: 1,
        retainAvailable: 0,
        userProperties: [
          ['k', 'v'],
          ['k', ''],
        ],
        maximumPacketSize: 1_048_576,
        wildcardSubscriptionAvailable: 0,
        subscriptionIdentifiersAvailable: 1,
        sharedSubscriptionAvailable: 0,
      },
    });
  });

  it('understands every property that mqtt-packet writes', () => {
    const properties = {
      sessionExpiryInterval: 0xffff_ffff,
      receiveMaximum: 0xffff,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: 0xffff_ffff,
      assignedClientIdentifier: 'möbius',
      topicAliasMaximum: 0xffff,
      reasonString: 'fine',
      userProperties: { a: ['1', '2'], b: '3' },
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 0xffff,
      responseInformation: 'r/',
      serverReference: 'other:1883',
      authenticationMethod: 'SCRAM',
      authenticationData: Buffer.of(1, 2, 3),
    };
    const bytes = encode({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties }, 5);
    expect(decodeConnack(5, bytes, 2, bytes.length)).toEqual({
      sessionPresent: false,
      reasonCode: 0,
      properties: {
        ...properties,
        retainAvailable: 1,
        wildcardSubscriptionAvailable: 0,
        subscriptionIdentifiersAvailable: 1,
        sharedSubscriptionAvailable: 0,
        userProperties: [
          ['a', '1'],
          ['a', '2'],
          ['b', '3'],
        ],
        authenticationData: Uint8Array.of(1, 2, 3),
      },
    });
  });

  it('understands every refusal', () => {
    for (let code = 0x80; code < 0x100; code++) {
      const expected = { sessionPresent: false, reasonCode: code, properties: {} };
      expect(decodeBody(5, `00 ${code.toString(16)} 00`)).toEqual(expected);
      // Without properties it is what a server of MQTT 3.x might say with a code of 5.
      expect(decodeBody(5, `00 ${code.toString(16)}`)).toEqual(expected);
    }
  });

  it.each([
    [1, 0x84],
    [2, 0x85],
    [3, 0x88],
    [4, 0x86],
    [5, 0x87],
  ])('understands return code %i of a server that does not know MQTT 5', (returnCode, reasonCode) => {
    expect(decodeBody(5, `00 0${String(returnCode)}`)).toEqual({ sessionPresent: false, reasonCode, properties: {} });
  });

  it.each([
    ['no bytes', '', 0x81],
    ['one byte', '00', 0x81],
    ['success without properties', '00 00', 0x81],
    ['reserved flags', '02 00 00', 0x81],
    ['all flags', 'ff 00 00', 0x81],
    ['return code 6 of an old server', '00 06', 0x81],
    ['return code 127 of an old server', '00 7f', 0x81],
    ['a code that is neither success nor failure', '00 01 00', 0x81],
    ['a refusal with a session', '01 87 00', 0x82],
    ['a refusal in two bytes with a session', '01 05', 0x82],
    ['bytes behind its properties', '00 00 00 00', 0x81],
    ['properties longer than the packet', '00 00 03 2401', 0x81],
    ['a property of PUBLISH', '00 00 02 0101', 0x81],
    ['maximum QoS 2', '00 00 02 2402', 0x82],
    ['receive maximum 0', '00 00 03 210000', 0x82],
    ['maximum packet size 0', '00 00 05 2700000000', 0x82],
    ['a property twice', '00 00 06 130001 130001', 0x82],
    ['an identifier that is not UTF-8', '00 00 05 12 0002 c080', 0x81],
  ])('refuses %s', (_, body, reasonCode) => {
    expect(caught(() => decodeBody(5, body))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode });
  });
});

describe.each([3, 4] as const)('decodeConnack on MQTT version %i', (version) => {
  it.each([
    ['00 00', false, 0x00],
    ['01 00', true, 0x00],
    ['00 01', false, 0x84],
    ['00 02', false, 0x85],
    ['00 03', false, 0x88],
    ['00 04', false, 0x86],
    ['00 05', false, 0x87],
    // Not of 3.x, but servers that know MQTT 5 say it.
    ['00 8a', false, 0x8a],
  ])('understands %s', (body, sessionPresent, reasonCode) => {
    expect(decodeBody(version, body)).toEqual({ sessionPresent, reasonCode, properties: {} });
  });

  it.each([
    ['a reserved return code', '00 06', 0x81],
    ['reserved flags', '02 00', 0x81],
    ['a third byte', '00 00 00', 0x81],
    ['one byte', '00', 0x81],
    ['a refusal with a session', '01 01', 0x82],
  ])('refuses %s', (_, body, reasonCode) => {
    expect(caught(() => decodeBody(version, body))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode });
  });
});
