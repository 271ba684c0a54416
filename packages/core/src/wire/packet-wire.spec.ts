import fc from 'fast-check';
import { connectRequest } from '../../test/support/connect-request.js';
import { encode, hex } from '../../test/support/packets.js';
import { ClosedError, ProtocolError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import type { ProtocolVersion } from './codec/packet-type.js';
import { packetWire } from './packet-wire.js';
import type { Transport, TransportHandlers } from './transport.js';
import type { ConnectRequest, Wire, WireHandlers } from './wire.js';

class FakeTransport implements Transport {
  /** What happened to it, in order; writes as hexadecimal digits. */
  readonly log: string[] = [];
  readonly #handlers: TransportHandlers;
  /** Whether `destroy` reports the end before it returns. */
  closesAtOnce = false;
  full = false;
  buffered = 0;
  unsent = 0;

  constructor(handlers: TransportHandlers) {
    this.#handlers = handlers;
  }

  get writes(): string[] {
    return this.log.filter((entry) => /^[0-9a-f]*$/.test(entry));
  }

  write(bytes: Uint8Array): boolean {
    this.log.push(Buffer.from(bytes).toString('hex'));
    return !this.full;
  }

  pause(): void {
    this.log.push('pause');
  }

  resume(): void {
    this.log.push('resume');
  }

  end(): void {
    this.log.push('end');
  }

  destroy(): void {
    this.log.push('destroy');
    if (this.closesAtOnce) this.#handlers.closed(undefined);
  }
}

type Call = readonly [name: keyof WireHandlers, ...args: unknown[]];

/** A wire between a server, which is the test, and handlers that write down their calls. */
class Subject {
  readonly clock = new VirtualClock();
  readonly calls: Call[] = [];
  readonly wire: Wire;
  readonly transport: FakeTransport;
  /** The server's side. */
  readonly server: TransportHandlers;
  /** What a handler does besides; by its name. */
  readonly react: Partial<Record<keyof WireHandlers, () => void>> = {};

  constructor(request: Partial<ConnectRequest> = {}) {
    let transport: FakeTransport | undefined;
    let server: TransportHandlers | undefined;
    const wires = packetWire((_request, handlers) => {
      server = handlers;
      transport = new FakeTransport(handlers);
      return transport;
    }, this.clock);
    this.wire = wires(requestWith(request), this.#handlers());
    this.transport = transport!;
    this.server = server!;
  }

  /** A wire whose server has accepted. */
  static connected(version: ProtocolVersion = 5, request: Partial<ConnectRequest> = {}): Subject {
    const subject = new Subject({ protocolVersion: version, ...request });
    subject.receive(version === 5 ? '2003 000000' : '2002 0000');
    subject.calls.length = 0;
    subject.transport.log.length = 0;
    return subject;
  }

  get names(): string[] {
    return this.calls.map(([name]) => name);
  }

  /** The arguments of `closed`, which may be called once. */
  get closed(): { readonly error: MqttError; readonly by: unknown } | undefined {
    const all = this.calls.filter(([name]) => name === 'closed');
    expect(all.length).toBeLessThanOrEqual(1);
    const [, error, by] = all[0] ?? [];
    return all.length === 0 ? undefined : { error: error as MqttError, by };
  }

  receive(...chunks: string[]): void {
    for (const chunk of chunks) this.server.data(hex(chunk));
  }

  publish(topic: string, payload = ''): void {
    const payloadLength = Buffer.byteLength(payload);
    this.wire.publish(
      { topic, topicLength: topic.length, payload, payloadLength, qos: 0, retain: false, properties: undefined },
      0,
      false,
    );
  }

  #handlers(): WireHandlers {
    const note =
      (name: keyof WireHandlers) =>
      (...args: unknown[]) => {
        this.calls.push([name, ...args]);
        this.react[name]?.();
      };
    return {
      connack: note('connack'),
      auth: note('auth'),
      publish: note('publish'),
      ack: note('ack'),
      suback: note('suback'),
      unsuback: note('unsuback'),
      drain: note('drain'),
      closed: note('closed'),
    };
  }
}

function requestWith(request: Partial<ConnectRequest>): ConnectRequest {
  return connectRequest({ maximumPacketSize: 1_024, ...request });
}

const publishA = '3004 0001 61 00';
const protocolError = (reasonCode: number): unknown =>
  expect.objectContaining({ code: 'ERR_MQTT_PROTOCOL', reasonCode });

describe('what comes in', () => {
  it('is handed on before `data` returns, in its order', () => {
    const subject = new Subject();
    subject.receive(`2003 000000 ${publishA} 4002 0001 9004 0002 00 01 b004 0003 00 00 d000 6202 0004`);
    expect(subject.names).toEqual(['connack', 'publish', 'ack', 'suback', 'unsuback', 'ack']);
    expect(subject.transport.log).toEqual([]);
  });

  it('may be cut at every place, CONNACK and what follows it', () => {
    const stream = hex(`2003 010000 ${publishA} 3206 0001 62 0007 00 6202 0007`);
    const outcome = (places: readonly number[]): unknown => {
      const subject = new Subject();
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
    const subject = Subject.connected();
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
    const subject = Subject.connected(5, { maximumPacketSize: 16 * 1024 * 1024 });
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
    const subject = Subject.connected();
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
    const subject = Subject.connected();
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
    const subject = Subject.connected();
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
    const subject = Subject.connected();
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
    const subject = Subject.connected();
    subject.publish('a');
    subject.clock.advance();
    subject.server.drain();
    expect(subject.names).toEqual([]);
  });
});

describe('the time limit for CONNACK', () => {
  it('ends the wire at the moment it was given, once', () => {
    const subject = new Subject({ connectTimeout: 3_000 });
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
    const slow = new Subject();
    slow.receive('2003 0000');
    slow.clock.advance(10_000);
    expect(slow.closed?.error.code).toBe('ERR_MQTT_CONNECT_TIMEOUT');
    const punctual = Subject.connected();
    punctual.clock.advance(100_000);
    expect(punctual.calls).toEqual([]);
    expect(punctual.clock.pending).toBe(0);
  });
});

describe('keepalive', () => {
  it('pings, and takes the silence of the server for its end', () => {
    const subject = Subject.connected();
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
    const subject = Subject.connected();
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
    const endings: ((subject: Subject) => void)[] = [
      ({ wire }) => wire.end(0, undefined, () => undefined),
      ({ wire }) => wire.destroy(),
      ({ wire }) => wire.fail(new ProtocolError(0x82, 'x')),
      ({ server }) => server.closed(undefined),
      (subject) => subject.receive('e000'),
    ];
    for (const end of endings) {
      const subject = Subject.connected();
      subject.wire.accept(1);
      end(subject);
      subject.clock.advance(200);
      expect(subject.clock.pending).toBe(0);
    }
  });

  it('does not begin before it is accepted', () => {
    const subject = Subject.connected();
    subject.clock.advance(1_000_000);
    expect(subject.transport.log).toEqual([]);
  });
});

describe('a paused wire', () => {
  it('does not read until it is resumed', () => {
    const subject = Subject.connected();
    subject.wire.pause();
    subject.wire.resume();
    subject.receive(publishA);
    expect(subject.transport.log).toEqual(['pause', 'resume']);
  });

  it('reads a chunk after each ping, and lives on it', () => {
    const subject = Subject.connected();
    subject.wire.accept(1);
    subject.wire.pause();
    subject.transport.log.length = 0;
    for (let i = 0; i < 3; i++) {
      subject.clock.advance(1_000);
      subject.receive(publishA);
      subject.clock.advance();
    }
    expect(subject.transport.log.filter((entry) => entry !== 'c000')).toEqual([
      'resume',
      'pause',
      'resume',
      'pause',
      'resume',
      'pause',
    ]);
    expect(subject.transport.writes).toEqual(['c000', 'c000', 'c000']);
    expect(subject.names).toEqual(['publish', 'publish', 'publish']);
  });

  it('still finds out that the server is dead', () => {
    const subject = Subject.connected();
    subject.wire.accept(1);
    subject.wire.pause();
    subject.clock.advance(2_000);
    expect(subject.closed?.by).toBe('keepalive');
  });

  it('reads to the end when it says goodbye: what is left unread would make the socket end with a reset', () => {
    for (const act of [
      (wire: Wire) => wire.end(0, undefined, () => undefined),
      (wire: Wire) => wire.fail(new ProtocolError(0x82, 'x')),
    ]) {
      const subject = Subject.connected();
      subject.wire.pause();
      subject.transport.log.length = 0;
      act(subject.wire);
      subject.receive(publishA);
      expect(subject.transport.log.filter((entry) => !entry.startsWith('e0'))).toEqual(['resume', 'end']);
      expect(subject.names).not.toContain('publish');
    }
  });
});

describe('a protocol error', () => {
  it.each([
    ['a malformed packet', '3606 0001 61 0001 00', 0x81],
    ['an unexpected packet', 'c000', 0x82],
    ['a packet larger than announced', '30 8110', 0x95],
    ['a topic alias', '3007 0001 61 03 230001', 0x94],
  ])('%s is told to the server on MQTT 5, and nothing behind it is read', (_, bytes, reasonCode) => {
    const subject = Subject.connected();
    subject.receive(`${publishA} ${bytes} ${publishA}`);
    expect(subject.names).toEqual(['publish', 'closed']);
    expect(subject.closed).toEqual({ error: protocolError(reasonCode), by: 'client' });
    expect(subject.transport.log).toEqual([`e001${reasonCode.toString(16)}`, 'end']);
    expectSilence(subject, ['publish', 'closed']);
  });

  it.each([3, 4] as const)('hangs up without a word on MQTT version %i', (version) => {
    const subject = Subject.connected(version);
    subject.receive('c000');
    expect(subject.closed).toEqual({ error: protocolError(0x82), by: 'client' });
    expect(subject.transport.log).toEqual(['destroy']);
    expectSilence(subject, ['closed']);
  });

  it.each([4, 5] as const)('hangs up without a word before CONNACK, on MQTT version %i', (protocolVersion) => {
    const subject = new Subject({ protocolVersion });
    subject.receive('3003 0001 61');
    expect(subject.closed).toEqual({ error: protocolError(0x82), by: 'client' });
    expect(subject.transport.log).toEqual(['destroy']);
    expectSilence(subject, ['closed']);
    expect(subject.clock.pending).toBe(0);
  });

  it('does not keep what was written before it from leaving', () => {
    const subject = Subject.connected();
    subject.react.publish = () => {
      subject.wire.ack(4, 1, 0);
    };
    subject.receive('3206 0001 61 0001 00 0000');
    expect(subject.transport.log).toEqual(['40020001e00181', 'end']);
  });

  it('is given 200 ms for the goodbye', () => {
    const subject = Subject.connected();
    subject.receive('0000');
    subject.clock.advance(199);
    expect(subject.transport.log).toEqual(['e00181', 'end']);
    subject.clock.advance(1);
    expect(subject.transport.log).toEqual(['e00181', 'end', 'destroy']);
  });

  it('may be found by others', () => {
    const subject = Subject.connected();
    const error = new ProtocolError(0x93, 'too many');
    subject.wire.fail(error);
    subject.wire.fail(new ProtocolError(0x82, 'again'));
    expect(subject.closed).toEqual({ error, by: 'client' });
    expect(subject.transport.log).toEqual(['e00193', 'end']);
  });
});

describe('a handler that throws', () => {
  const problem = new Error('a bug');
  const packets: readonly (readonly [keyof WireHandlers, string])[] = [
    ['publish', publishA],
    ['ack', '4002 0001'],
    ['suback', '9004 0001 00 00'],
    ['unsuback', 'b004 0001 00 00'],
  ];

  it.each(packets)('(%s) ends the wire, and nothing escapes into the socket', (name, packet) => {
    const subject = Subject.connected();
    subject.react[name] = () => {
      throw problem;
    };
    subject.receive(`${packet} ${publishA}`);
    expect(subject.names).toEqual([name, 'closed']);
    expect(subject.closed).toMatchObject({
      error: { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x83, cause: problem },
      by: 'client',
    });
    expect(subject.transport.log).toEqual(['e00183', 'end']);
  });

  it('(connack) ends the wire, and nothing escapes into the socket', () => {
    const subject = new Subject();
    subject.react.connack = () => {
      throw problem;
    };
    subject.receive('2003 000000');
    expect(subject.names).toEqual(['connack', 'closed']);
    expect(subject.closed?.error.cause).toBe(problem);
  });

  it('(drain) ends the wire, and nothing escapes into the socket', () => {
    const subject = Subject.connected();
    subject.transport.full = true;
    subject.publish('a');
    subject.clock.advance();
    subject.react.drain = () => {
      throw problem;
    };
    subject.server.drain();
    expect(subject.names).toEqual(['drain', 'closed']);
    expect(subject.closed?.error.cause).toBe(problem);
  });

  it('ends the wire with its own error when it is one of ours', () => {
    const subject = Subject.connected();
    const error = new ClosedError('no more');
    subject.react.publish = () => {
      throw error;
    };
    subject.receive(publishA);
    expect(subject.closed).toEqual({ error, by: 'client' });
    expect(subject.transport.log).toEqual(['e00183', 'end']);
  });
});

describe('end()', () => {
  it('writes what is waiting and DISCONNECT, and is done when the transport is gone', () => {
    const subject = Subject.connected();
    let done = 0;
    subject.publish('a');
    subject.wire.end(0, undefined, () => done++);
    expect(subject.transport.log).toEqual(['300400016100e000', 'end']);
    expect(done).toBe(0);
    subject.server.closed(undefined);
    expect(done).toBe(1);
    expect(subject.clock.pending).toBe(1);
    expectSilence(subject, []);
    expect(done).toBe(1);
    expect(subject.transport.log).toEqual(['300400016100e000', 'end']);
  });

  it('waits 200 ms for the server, and no longer', () => {
    const subject = Subject.connected();
    subject.wire.end(0, undefined, () => undefined);
    subject.clock.advance(199);
    expect(subject.transport.log).toEqual(['e000', 'end']);
    subject.clock.advance(1);
    expect(subject.transport.log).toEqual(['e000', 'end', 'destroy']);
    expect(subject.clock.pending).toBe(0);
  });

  it.each([
    [5, 0x04, 10, 'e0070405110000000a'],
    [5, 0x00, 0, 'e00700051100000000'],
    [4, 0x00, 10, 'e000'],
    [3, 0x00, undefined, 'e000'],
    // MQTT 3.x leaves with the will by saying nothing.
    [4, 0x04, 10, ''],
    [3, 0x04, undefined, ''],
  ] as const)('on MQTT version %i says code %i and expiry %s as %s', (version, reasonCode, sessionExpiry, bytes) => {
    const subject = Subject.connected(version);
    subject.wire.end(reasonCode, sessionExpiry, () => undefined);
    expect(subject.transport.log).toEqual([bytes, 'end'].filter((each) => each !== ''));
  });

  it('hangs up without a word before CONNACK', () => {
    const subject = new Subject();
    let done = 0;
    subject.wire.end(0, undefined, () => done++);
    expect(subject.transport.log).toEqual(['destroy']);
    subject.server.closed(undefined);
    expect(done).toBe(1);
    expectSilence(subject, []);
    expect(subject.clock.pending).toBe(0);
  });

  it('is done at once when the transport is gone already', () => {
    const subject = Subject.connected();
    subject.server.closed(undefined);
    let done = 0;
    subject.wire.end(0, undefined, () => done++);
    expect(done).toBe(1);
    expect(subject.transport.log).toEqual([]);
  });

  it('behind a failure waits for the transport, and says nothing more', () => {
    const subject = Subject.connected();
    subject.receive('0000');
    let done = 0;
    subject.wire.end(0, undefined, () => done++);
    expect(done).toBe(0);
    subject.clock.advance(200);
    expect(subject.transport.log).toEqual(['e00181', 'end', 'destroy']);
    subject.server.closed(undefined);
    expect(done).toBe(1);
  });
});

describe('the end of the transport', () => {
  const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

  it.each([
    ['before CONNACK, broken', false, broken, 'network', /^no connection could be made: read ECONNRESET/],
    ['before CONNACK, by the server', false, undefined, 'network', /^no connection could be made \(/],
    ['after CONNACK, broken', true, broken, 'network', /^the connection was lost: read ECONNRESET/],
    ['after CONNACK, by the server', true, undefined, 'server', /^the connection was lost \(/],
  ])('%s, is reported once', (_, accepted, cause, by, message) => {
    const subject = accepted ? Subject.connected() : new Subject();
    subject.server.closed(cause);
    expect(subject.closed?.error).toMatchObject({ code: 'ERR_MQTT_NETWORK', retryable: true });
    expect(subject.closed?.error.cause).toBe(cause);
    expect(subject.closed?.error.message).toMatch(message);
    expect(subject.closed?.by).toBe(by);
    expect(subject.clock.pending).toBe(0);
    expectSilence(subject, ['closed']);
  });

  it('may be the answer to its beginning', () => {
    const calls: unknown[] = [];
    const note = (...args: unknown[]) => void calls.push(args);
    const handlers = {
      connack: note,
      auth: note,
      publish: note,
      ack: note,
      suback: note,
      unsuback: note,
      drain: note,
      closed: note,
    };
    const clock = new VirtualClock();
    const wire = packetWire((_request, server) => {
      server.closed(broken);
      return new FakeTransport(server);
    }, clock)(requestWith({}), handlers);
    expect(calls).toEqual([[expect.objectContaining({ cause: broken }), 'network']]);
    wire.destroy();
    expect(clock.pending).toBe(0);
    expect(calls).toHaveLength(1);
  });

  it('by DISCONNECT is the server’s, with its reason, and needs no answer', () => {
    const subject = Subject.connected();
    subject.receive(`e00b 8e 09 1c 0001 73 1f 0002 7878 ${publishA}`);
    expect(subject.names).toEqual(['closed']);
    expect(subject.closed).toMatchObject({
      error: { code: 'ERR_MQTT_SERVER_DISCONNECT', reasonCode: 0x8e, reasonString: 'xx', serverReference: 's' },
      by: 'server',
    });
    expect(subject.transport.log).toEqual(['destroy']);
    expectSilence(subject, ['closed']);
  });
});

describe('nothing is called any more', () => {
  const endings: readonly (readonly [string, (wire: Wire) => void, string[]])[] = [
    ['end()', (wire) => wire.end(0, undefined, () => undefined), []],
    ['destroy()', (wire) => wire.destroy(), []],
    ['fail()', (wire) => wire.fail(new ProtocolError(0x82, 'x')), ['closed']],
  ];

  it.each(endings)('after %s, whatever the transport still has to say', (_, act, expected) => {
    for (const connected of [true, false]) {
      const subject = connected ? Subject.connected() : new Subject();
      act(subject.wire);
      expect(subject.names).toEqual(expected);
      expectSilence(subject, expected);
    }
  });

  it.each(endings)('after %s in the middle of a chunk', (_, act, expected) => {
    const subject = Subject.connected();
    subject.react.publish = () => {
      act(subject.wire);
    };
    subject.receive(`${publishA} ${publishA} 4002 0001 c000`);
    expect(subject.names).toEqual(['publish', ...expected]);
    expectSilence(subject, ['publish', ...expected]);
  });

  it.each(endings)('after %s on a transport that is gone before it returns', (_, act, expected) => {
    for (const subject of [Subject.connected(4), new Subject()]) {
      subject.transport.closesAtOnce = true;
      act(subject.wire);
      subject.clock.advance(200);
      expect(subject.names).toEqual(expected);
    }
  });

  it('and nothing is written any more, either', () => {
    for (const [, act] of endings) {
      const subject = Subject.connected();
      act(subject.wire);
      const before = [...subject.transport.writes];
      subject.publish('a');
      subject.wire.ack(4, 1, 0);
      subject.clock.advance(1_000);
      expect(subject.transport.writes).toEqual(before);
    }
  });

  it('whatever happens, in whatever order: `closed` at most once, and last', () => {
    const events: Record<string, (subject: Subject) => void> = {
      publish: (subject) => subject.receive(publishA),
      malformed: (subject) => subject.receive('0000'),
      half: (subject) => subject.receive('30'),
      disconnect: (subject) => subject.receive('e000'),
      broken: (subject) => subject.server.closed(new Error('x')),
      hangup: (subject) => subject.server.closed(undefined),
      drain: (subject) => subject.server.drain(),
      full: (subject) => (subject.transport.full = true),
      send: (subject) => subject.publish('a'),
      fail: (subject) => subject.wire.fail(new ProtocolError(0x82, 'x')),
      end: (subject) => subject.wire.end(0, undefined, () => undefined),
      destroy: (subject) => subject.wire.destroy(),
      tick: (subject) => subject.clock.advance(),
      later: (subject) => subject.clock.advance(2_000),
    };
    const steps = fc.array(fc.constantFrom(...Object.keys(events)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, fc.constantFrom<(4 | 5)[]>(4, 5), fc.boolean(), (names, version, closesAtOnce) => {
        const subject = Subject.connected(version);
        subject.wire.accept(1);
        subject.transport.closesAtOnce = closesAtOnce;
        let silent = false;
        for (const name of names) {
          const before = subject.calls.length;
          events[name]!(subject);
          if (silent) expect(subject.calls).toHaveLength(before);
          if (name === 'end' || name === 'destroy' || subject.closed !== undefined) silent = true;
        }
        if (subject.closed !== undefined) expect(subject.names.at(-1)).toBe('closed');
      }),
      { numRuns: 300 },
    );
  });
});

/** Everything that a transport can still say, and time: none of it changes what was called. */
function expectSilence(subject: Subject, names: readonly string[]): void {
  subject.receive(publishA, '2003 000000', '0000', 'e000');
  subject.server.drain();
  subject.clock.advance(100_000);
  subject.server.closed(new Error('late'));
  subject.clock.advance(100_000);
  expect(subject.names).toEqual(names);
}

describe('a flood', () => {
  /** Three chunks of 70,000 bytes whose handling takes time. */
  function flood(subject: Subject, milliseconds: number): void {
    subject.react.publish = () => {
      subject.clock.advance(milliseconds);
    };
    const message = encode(
      { cmd: 'publish', topic: 'a', payload: Buffer.alloc(70_000), qos: 0, dup: false, retain: false },
      4,
    );
    for (let i = 0; i < 3; i++) subject.server.data(new Uint8Array(message));
  }

  it('that takes long is not read on before the next turn', () => {
    const subject = Subject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    expect(subject.transport.log).toEqual(['pause']);
    turns.pop()?.();
    expect(subject.transport.log).toEqual(['pause', 'resume']);
  });

  it('stays paused by whoever paused it', () => {
    const subject = Subject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    subject.wire.pause();
    turns.pop()?.();
    expect(subject.transport.log).toEqual(['pause', 'pause']);
  });

  it('is read to its end after a goodbye', () => {
    const subject = Subject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    subject.wire.end(0, undefined, () => undefined);
    turns.pop()?.();
    expect(subject.transport.log.at(-1)).toBe('resume');
  });

  it('that is handled quickly is read on', () => {
    const subject = Subject.connected(4, { maximumPacketSize: 1 << 20 });
    flood(subject, 0);
    expect(subject.transport.log).toEqual([]);
  });
});
