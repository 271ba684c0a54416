import fc from 'fast-check';
import { FakeTransport, WireSubject, requestWith } from '../../test/support/wire-subject.js';
import { ClosedError, ProtocolError } from '../errors/connection-errors.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { packetWire } from './packet-wire.js';
import type { Wire, WireHandlers } from './wire.js';

const publishA = '3004 0001 61 00';
const protocolError = (reasonCode: number): unknown =>
  expect.objectContaining({ code: 'ERR_MQTT_PROTOCOL', reasonCode });

describe('a protocol error', () => {
  it.each([
    ['a malformed packet', '3606 0001 61 0001 00', 0x81],
    ['an unexpected packet', 'c000', 0x82],
    ['a packet larger than announced', '30 8110', 0x95],
    ['a topic alias', '3007 0001 61 03 230001', 0x94],
  ])('%s is told to the server on MQTT 5, and nothing behind it is read', (_, bytes, reasonCode) => {
    const subject = WireSubject.connected();
    subject.receive(`${publishA} ${bytes} ${publishA}`);
    expect(subject.names).toEqual(['publish', 'closed']);
    expect(subject.closed).toEqual({ error: protocolError(reasonCode), by: 'client' });
    expect(subject.transport.log).toEqual([`e001${reasonCode.toString(16)}`, 'end']);
    expectSilence(subject, ['publish', 'closed']);
  });

  it.each([3, 4] as const)('hangs up without a word on MQTT version %i', (version) => {
    const subject = WireSubject.connected(version);
    subject.receive('c000');
    expect(subject.closed).toEqual({ error: protocolError(0x82), by: 'client' });
    expect(subject.transport.log).toEqual(['destroy']);
    expectSilence(subject, ['closed']);
  });

  it.each([4, 5] as const)('hangs up without a word before CONNACK, on MQTT version %i', (protocolVersion) => {
    const subject = new WireSubject({ protocolVersion });
    subject.receive('3003 0001 61');
    expect(subject.closed).toEqual({ error: protocolError(0x82), by: 'client' });
    expect(subject.transport.log).toEqual(['destroy']);
    expectSilence(subject, ['closed']);
    expect(subject.clock.pending).toBe(0);
  });

  it('does not keep what was written before it from leaving', () => {
    const subject = WireSubject.connected();
    subject.react.publish = () => {
      subject.wire.ack(4, 1, 0);
    };
    subject.receive('3206 0001 61 0001 00 0000');
    expect(subject.transport.log).toEqual(['40020001e00181', 'end']);
  });

  it('is given 200 ms for the goodbye', () => {
    const subject = WireSubject.connected();
    subject.receive('0000');
    subject.clock.advance(199);
    expect(subject.transport.log).toEqual(['e00181', 'end']);
    subject.clock.advance(1);
    expect(subject.transport.log).toEqual(['e00181', 'end', 'destroy']);
  });

  it('may be found by others', () => {
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected();
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
    const subject = new WireSubject();
    subject.react.connack = () => {
      throw problem;
    };
    subject.receive('2003 000000');
    expect(subject.names).toEqual(['connack', 'closed']);
    expect(subject.closed?.error.cause).toBe(problem);
  });

  it('(drain) ends the wire, and nothing escapes into the socket', () => {
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected(version);
    subject.wire.end(reasonCode, sessionExpiry, () => undefined);
    expect(subject.transport.log).toEqual([bytes, 'end'].filter((each) => each !== ''));
  });

  it('hangs up without a word before CONNACK', () => {
    const subject = new WireSubject();
    let done = 0;
    subject.wire.end(0, undefined, () => done++);
    expect(subject.transport.log).toEqual(['destroy']);
    subject.server.closed(undefined);
    expect(done).toBe(1);
    expectSilence(subject, []);
    expect(subject.clock.pending).toBe(0);
  });

  it('is done at once when the transport is gone already', () => {
    const subject = WireSubject.connected();
    subject.server.closed(undefined);
    let done = 0;
    subject.wire.end(0, undefined, () => done++);
    expect(done).toBe(1);
    expect(subject.transport.log).toEqual([]);
  });

  it('behind a failure waits for the transport, and says nothing more', () => {
    const subject = WireSubject.connected();
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
    const subject = accepted ? WireSubject.connected() : new WireSubject();
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
    const subject = WireSubject.connected();
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
      const subject = connected ? WireSubject.connected() : new WireSubject();
      act(subject.wire);
      expect(subject.names).toEqual(expected);
      expectSilence(subject, expected);
    }
  });

  it.each(endings)('after %s in the middle of a chunk', (_, act, expected) => {
    const subject = WireSubject.connected();
    subject.react.publish = () => {
      act(subject.wire);
    };
    subject.receive(`${publishA} ${publishA} 4002 0001 c000`);
    expect(subject.names).toEqual(['publish', ...expected]);
    expectSilence(subject, ['publish', ...expected]);
  });

  it.each(endings)('after %s on a transport that is gone before it returns', (_, act, expected) => {
    for (const subject of [WireSubject.connected(4), new WireSubject()]) {
      subject.transport.closesAtOnce = true;
      act(subject.wire);
      subject.clock.advance(200);
      expect(subject.names).toEqual(expected);
    }
  });

  it('and nothing is written any more, either', () => {
    for (const [, act] of endings) {
      const subject = WireSubject.connected();
      act(subject.wire);
      const before = [...subject.transport.writes];
      subject.publish('a');
      subject.wire.ack(4, 1, 0);
      subject.clock.advance(1_000);
      expect(subject.transport.writes).toEqual(before);
    }
  });

  it('whatever happens, in whatever order: `closed` at most once, and last', () => {
    const events: Record<string, (subject: WireSubject) => void> = {
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
        const subject = WireSubject.connected(version);
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
function expectSilence(subject: WireSubject, names: readonly string[]): void {
  subject.receive(publishA, '2003 000000', '0000', 'e000');
  subject.server.drain();
  subject.clock.advance(100_000);
  subject.server.closed(new Error('late'));
  subject.clock.advance(100_000);
  expect(subject.names).toEqual(names);
}
