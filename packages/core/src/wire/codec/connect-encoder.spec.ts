import fc from 'fast-check';
import { connectRequest } from '../../../test/support/connect-request.js';
import { createDecoder, hex } from '../../../test/support/packets.js';
import type { IConnectPacket } from '../../../test/support/packets.js';
import { type ConnectPacket, encodeConnect } from './connect-encoder.js';
import { PacketWriter } from './packet-writer.js';

const exchange = { continue: () => undefined };

function encoded(packet: Partial<ConnectPacket>): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (bytes) => void chunks.push(bytes), scheduleFlush: () => undefined });
  encodeConnect(connectRequest(packet), writer);
  writer.flush();
  return Buffer.concat(chunks);
}

/** As another implementation reads it. */
function decoded(packet: Partial<ConnectPacket>): IConnectPacket {
  const read = createDecoder()(encoded(packet));
  if (read instanceof Error) throw read;
  return read as IConnectPacket;
}

describe('CONNECT, byte by byte', () => {
  it('is on MQTT 5 as the specification says', () => {
    const packet = {
      clientId: 'id',
      keepalive: 10,
      sessionExpiry: 10,
      receiveMaximum: 1_000,
      maximumPacketSize: 65_536,
      username: 'u',
      password: Uint8Array.of(0xff),
    };
    const properties = '11 0000000a 21 03e8 27 00010000';
    expect(encoded(packet)).toEqual(hex(`10 22 0004 4d515454 05 c2 000a 0d ${properties} 0002 6964 0001 75 0001 ff`));
  });

  it('is on 3.1.1 as the specification says', () => {
    const will = { topic: 'w', payload: 'x', qos: 1, retain: true } as const;
    expect(encoded({ protocolVersion: 4, clientId: 'id', clean: false, keepalive: 0, will })).toEqual(
      hex('10 14 0004 4d515454 04 2c 0000 0002 6964 0001 77 0001 78'),
    );
  });

  it('is on 3.1 as the specification says', () => {
    expect(encoded({ protocolVersion: 3, clientId: 'id', keepalive: 65_535 })).toEqual(
      hex('10 10 0006 4d5149736470 03 02 ffff 0002 6964'),
    );
  });

  it('has the properties of the will in front of its topic', () => {
    const will = { topic: 'w', payload: '', delay: 7, properties: { contentType: 't' } };
    const bytes = encoded({ clientId: '', will });
    expect(bytes.toString('hex')).toContain(hex('0000 09 18 00000007 03 0001 74 0001 77 0000').toString('hex'));
  });

  it('begins an authentication with method and data', () => {
    const bytes = encoded({ authentication: { method: 'M', data: Uint8Array.of(1, 2), exchange } });
    expect(bytes.toString('hex')).toContain(hex('15 0001 4d 16 0002 0102').toString('hex'));
    expect(encoded({ authentication: { method: 'M', data: undefined, exchange } }).toString('hex')).not.toContain(
      '160002',
    );
    expect(
      encoded({ protocolVersion: 4, authentication: { method: 'M', data: undefined, exchange } }).toString('hex'),
    ).not.toContain('1500014d');
  });
});

describe('CONNECT, as others read it', () => {
  it('says everything that was asked, on MQTT 5', () => {
    const packet = decoded({
      clientId: 'möbius',
      clean: false,
      keepalive: 77,
      username: 'me',
      password: 'sécret',
      sessionExpiry: 4_294_967_295,
      receiveMaximum: 13,
      maximumPacketSize: 268_435_460,
      userProperties: [['a', 'b']],
      will: {
        topic: 'will/ä',
        payload: Uint8Array.of(0, 255, 128),
        qos: 2,
        retain: true,
        delay: 9,
        properties: {
          payloadFormatIndicator: 1,
          messageExpiryInterval: 5,
          contentType: 't',
          responseTopic: 'r',
          correlationData: Uint8Array.of(0, 254),
          userProperties: [['c', 'd']],
        },
      },
    });
    expect(packet).toMatchObject({
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: 'möbius',
      clean: false,
      keepalive: 77,
      username: 'me',
      password: Buffer.from('sécret'),
      properties: {
        sessionExpiryInterval: 4_294_967_295,
        receiveMaximum: 13,
        maximumPacketSize: 268_435_460,
        userProperties: { a: 'b' },
      },
      will: {
        topic: 'will/ä',
        payload: Buffer.of(0, 255, 128),
        qos: 2,
        retain: true,
        properties: {
          willDelayInterval: 9,
          payloadFormatIndicator: true,
          messageExpiryInterval: 5,
          contentType: 't',
          responseTopic: 'r',
          correlationData: Buffer.of(0, 254),
          userProperties: { c: 'd' },
        },
      },
    });
  });

  it.each([
    [3, 'MQIsdp'],
    [4, 'MQTT'],
  ] as const)('leaves out what MQTT version %i does not know', (protocolVersion, protocolId) => {
    const will = { topic: 'w', payload: '', delay: 3, properties: { contentType: 'x' } };
    const packet = decoded({ protocolVersion, userProperties: [['a', 'b']], will });
    expect(packet).toMatchObject({
      protocolId,
      protocolVersion,
      clientId: 'c',
      clean: true,
      will: { topic: 'w', qos: 0, retain: false },
    });
    expect(packet.properties).toBeUndefined();
    expect(packet.will?.properties).toBeUndefined();
    expect(packet.username).toBeUndefined();
    expect(packet.password).toBeUndefined();
  });

  it('keeps the order of user properties, with names that objects treat specially', () => {
    const pairs = [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['1', '4'],
      ['__proto__', '5'],
      ['constructor', ''],
      ['0', '6'],
    ] as const;
    const text = (value: string): Buffer => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
    const expected = Buffer.concat(pairs.flatMap(([name, value]) => [hex('26'), text(name), text(value)]));
    expect(encoded({ userProperties: pairs }).includes(expected)).toBe(true);
  });

  it.each([
    ['text', 'secret', Buffer.from('secret')],
    ['bytes', Uint8Array.from(Buffer.from('séc\0ret')), Buffer.from('séc\0ret')],
    [
      'bytes that begin like a byte order mark',
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x61),
      Buffer.of(0xef, 0xbb, 0xbf, 0x61),
    ],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0), Buffer.of(0xff, 0)],
    ['a Buffer', Buffer.from('secret'), Buffer.from('secret')],
    ['nothing', '', Buffer.of()],
  ])('has a password given as %s', (_, password, expected) => {
    expect(decoded({ username: 'me', password }).password).toEqual(expected);
  });

  it('has on MQTT 5 a password without a user name, and on 3.x an empty name beside it', () => {
    // mqtt-packet cannot read that: the flags tell.
    expect(encoded({ password: 'secret' })[9]).toBe(0x42);
    expect(encoded({ password: 'secret' }).toString('hex')).toMatch(/0001630006736563726574$/);
    expect(decoded({ protocolVersion: 4, password: 'secret' })).toMatchObject({
      username: '',
      password: Buffer.from('secret'),
    });
  });

  it('has a user name without a password, and an empty one when that is asked for', () => {
    expect(decoded({ username: 'me' })).toMatchObject({ username: 'me' });
    expect(encoded({ username: 'me' })[9]).toBe(0x82);
    expect(encoded({ username: '' })[9]).toBe(0x82);
  });

  it('has an empty client identifier when it is asked for', () => {
    expect(decoded({ clientId: '' }).clientId).toBe('');
  });

  it('is whole, whatever is in it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 }).filter((each) => !/[\0\p{Cs}]/u.test(each));
    const packets = fc.record({
      protocolVersion: fc.constantFrom<3 | 4 | 5>(3, 4, 5),
      clientId: text,
      clean: fc.boolean(),
      keepalive: fc.nat(65_535),
      username: fc.option(text, { nil: undefined }),
      sessionExpiry: fc.nat(),
      userProperties: fc.array(fc.tuple(text, text), { maxLength: 40 }),
      will: fc.option(
        fc.record({
          topic: text,
          payload: fc.uint8Array({ maxLength: 65_535 }),
          qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
          retain: fc.boolean(),
          delay: fc.nat(),
        }),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(packets, (packet) => {
        const read = decoded(packet);
        expect(read).toMatchObject({
          clientId: packet.clientId,
          clean: packet.clean,
          keepalive: packet.keepalive,
          protocolVersion: packet.protocolVersion,
        });
        expect(read.username).toBe(packet.username);
        expect(read.will?.topic).toBe(packet.will?.topic);
        if (packet.will !== undefined)
          expect(Buffer.compare(read.will!.payload as Buffer, packet.will.payload)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
