import { encode, hex } from '../../test/support/packets.js';
import { WireSubject } from '../../test/support/wire-subject.js';
import { ProtocolError } from '../errors/connection-errors.js';

const publishA = '3004 0001 61 00';

describe('what comes in', () => {
  it('is handed on before `data` returns, in its order', () => {
    const subject = new WireSubject();
    subject.receive(`2003 000000 ${publishA} 4002 0001 9004 0002 00 01 b004 0003 00 00 d000 6202 0004`);
    expect(subject.names).toEqual(['connack', 'publish', 'ack', 'suback', 'unsuback', 'ack']);
    expect(subject.transport.log).toEqual([]);
  });

  it('may be cut at every place, CONNACK and what follows it', () => {
    const stream = hex(`2003 010000 ${publishA} 3206 0001 62 0007 00 6202 0007`);
    const outcome = (places: readonly number[]): unknown => {
      const subject = new WireSubject();
      const ends = [...places, stream.length];
      ends.forEach((end, i) => {
        subject.server.data(stream.subarray(ends[i - 1] ?? 0, end));
      });
      return subject.calls.map(([name, first, second]) => {
        const { topic, packetId, sessionPresent } = first as {
          topic?: string;
          packetId?: number;
          sessionPresent?: boolean;
        };
        return [name, topic, packetId, sessionPresent, second];
      });
    };
    const whole = outcome([]);
    expect(whole).toHaveLength(4);
    for (let place = 0; place <= stream.length; place++) expect(outcome([place])).toEqual(whole);
    expect(outcome([...stream.keys()])).toEqual(whole);
  });

  it('may be 100,000 messages in a few chunks', () => {
    const subject = WireSubject.connected();
    let count = 0;
    subject.react.publish = () => {
      count++;
      subject.calls.length = 0;
    };
    const stream = Buffer.concat(new Array<Buffer>(100_000).fill(hex(publishA)));
    for (let offset = 0; offset < stream.length; offset += 200_001)
      subject.server.data(stream.subarray(offset, offset + 200_001));
    expect(count).toBe(100_000);
    expect(subject.closed).toBeUndefined();
  });

  it('may be ten megabytes of any bytes', () => {
    const subject = WireSubject.connected(5, { maximumPacketSize: 16 * 1024 * 1024 });
    const words = new Int32Array(2_500_000);
    for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 0x9e37_79b1);
    const payload = Buffer.from(words.buffer);
    const packet = encode({ cmd: 'publish', topic: 'a', payload, qos: 0, dup: false, retain: false }, 5);
    for (let offset = 0; offset < packet.length; offset += 65_536)
      subject.server.data(packet.subarray(offset, offset + 65_536));
    const [, message] = subject.calls[0]!;
    expect(Buffer.compare((message as { payload: Uint8Array }).payload, payload)).toBe(0);
  });
});

describe('what goes out', () => {
  it('is one write per tick, however many packets there are', () => {
    const subject = WireSubject.connected();
    for (let i = 0; i < 100; i++) subject.publish('a');
    subject.wire.ack(4, 1, 0);
    subject.wire.subscribe(
      2,
      [{ filter: 'a', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
      3,
    );
    subject.wire.unsubscribe(4, ['a']);
    expect(subject.transport.log).toEqual([]);
    subject.clock.advance();
    const rest = '40020001' + '82090002020b0300016101' + 'a20600040000' + '0161';
    expect(subject.transport.log).toEqual(['300400016100'.repeat(100) + rest]);
    subject.publish('b');
    subject.clock.advance();
    expect(subject.transport.log).toHaveLength(2);
  });

  it('is one write per chunk, as far as it answers what is in the chunk, and leaves with it', () => {
    const subject = WireSubject.connected();
    subject.react.publish = () => {
      const [, message] = subject.calls.at(-1)!;
      subject.wire.ack(4, (message as { packetId: number }).packetId, 0);
    };
    const timers = subject.clock.pending;
    subject.receive('3206 0001 61 0001 00 3206 0001 61 0002 00 3206 0001', '61 0003 00 3206 0001 61 0004 00');
    expect(subject.transport.log).toEqual(['4002000140020002', '4002000340020004']);
    expect(subject.clock.pending).toBe(timers);
  });

  it('keeps its order, when something was waiting already', () => {
    const subject = WireSubject.connected();
    subject.publish('a');
    subject.react.ack = () => {
      subject.publish('b');
    };
    subject.receive('4002 0001');
    subject.publish('c');
    subject.clock.advance();
    expect(subject.transport.writes.join('')).toBe('300400016100' + '300400016200' + '300400016300');
  });

  it('is congested from a write that the socket does not want until it drains', () => {
    const subject = WireSubject.connected();
    subject.transport.full = true;
    subject.publish('a');
    expect(subject.wire.congested).toBe(false);
    subject.clock.advance();
    expect(subject.wire.congested).toBe(true);
    expect(subject.names).toEqual([]);
    subject.transport.full = false;
    subject.react.drain = () => {
      expect(subject.wire.congested).toBe(false);
    };
    subject.server.drain();
    expect(subject.names).toEqual(['drain']);
  });

  it('does not drain what was not congested', () => {
    const subject = WireSubject.connected();
    subject.publish('a');
    subject.clock.advance();
    subject.server.drain();
    expect(subject.names).toEqual([]);
  });
});

describe('the time limit for CONNACK', () => {
  it('ends the wire at the moment it was given, once', () => {
    const subject = new WireSubject({ connectTimeout: 3_000 });
    subject.clock.advance(2_999);
    expect(subject.calls).toEqual([]);
    subject.clock.advance(1);
    expect(subject.closed).toMatchObject({
      error: { code: 'ERR_MQTT_CONNECT_TIMEOUT', retryable: true },
      by: 'network',
    });
    expect(subject.transport.log).toEqual(['destroy']);
    subject.server.closed(undefined);
    subject.receive('2003 000000');
    subject.clock.advance(100_000);
    expect(subject.names).toEqual(['closed']);
  });

  it('is met by CONNACK, not by its first bytes', () => {
    const slow = new WireSubject();
    slow.receive('2003 0000');
    slow.clock.advance(10_000);
    expect(slow.closed?.error.code).toBe('ERR_MQTT_CONNECT_TIMEOUT');
    const punctual = WireSubject.connected();
    punctual.clock.advance(100_000);
    expect(punctual.calls).toEqual([]);
    expect(punctual.clock.pending).toBe(0);
  });
});

describe('keepalive', () => {
  it('pings, and takes the silence of the server for its end', () => {
    const subject = WireSubject.connected();
    subject.wire.accept(1);
    subject.clock.advance(1_000);
    expect(subject.transport.log).toEqual(['c000']);
    subject.receive('d000');
    subject.clock.advance(1_000);
    expect(subject.transport.log).toEqual(['c000', 'c000']);
    subject.clock.advance(1_500);
    expect(subject.closed).toMatchObject({
      error: { code: 'ERR_MQTT_KEEPALIVE_TIMEOUT', retryable: true },
      by: 'keepalive',
    });
    expect(subject.transport.log).toEqual(['c000', 'c000', 'destroy']);
    expect(subject.clock.pending).toBe(0);
  });

  it('is as quick while messages go out all the time', () => {
    const subject = WireSubject.connected();
    subject.wire.accept(1);
    for (let time = 0; time < 2_000 && subject.closed === undefined; time += 10) {
      subject.publish('a');
      subject.clock.advance(10);
    }
    expect(subject.closed?.by).toBe('keepalive');
    expect(subject.clock.now()).toBeLessThanOrEqual(2_000);
    expect(subject.transport.writes.filter((bytes) => bytes.endsWith('c000'))).toHaveLength(1);
  });

  it('ends with the wire', () => {
    const endings: ((subject: WireSubject) => void)[] = [
      ({ wire }) => wire.end(0, undefined, () => undefined),
      ({ wire }) => wire.destroy(),
      ({ wire }) => wire.fail(new ProtocolError(0x82, 'x')),
      ({ server }) => server.closed(undefined),
      (subject) => subject.receive('e000'),
    ];
    for (const end of endings) {
      const subject = WireSubject.connected();
      subject.wire.accept(1);
      end(subject);
      subject.clock.advance(200);
      expect(subject.clock.pending).toBe(0);
    }
  });

  it('does not begin before it is accepted', () => {
    const subject = WireSubject.connected();
    subject.clock.advance(1_000_000);
    expect(subject.transport.log).toEqual([]);
  });
});
