import { encode } from '../../test/support/packets.js';
import { WireSubject } from '../../test/support/wire-subject.js';
import { ProtocolError } from '../errors/connection-errors.js';
import type { Wire } from './wire.js';

const publishA = '3004 0001 61 00';

describe('a paused wire', () => {
  it('does not read until it is resumed', () => {
    const subject = WireSubject.connected();
    subject.wire.pause();
    subject.wire.resume();
    subject.receive(publishA);
    expect(subject.transport.log).toEqual(['pause', 'resume']);
  });

  it('reads a chunk after each ping, and lives on it', () => {
    const subject = WireSubject.connected();
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
    const subject = WireSubject.connected();
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
      const subject = WireSubject.connected();
      subject.wire.pause();
      subject.transport.log.length = 0;
      act(subject.wire);
      subject.receive(publishA);
      expect(subject.transport.log.filter((entry) => !entry.startsWith('e0'))).toEqual(['resume', 'end']);
      expect(subject.names).not.toContain('publish');
    }
  });
});

describe('a flood', () => {
  /** Three chunks of 70,000 bytes whose handling takes time. */
  function flood(subject: WireSubject, milliseconds: number): void {
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
    const subject = WireSubject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    expect(subject.transport.log).toEqual(['pause']);
    turns.pop()?.();
    expect(subject.transport.log).toEqual(['pause', 'resume']);
  });

  it('stays paused by whoever paused it', () => {
    const subject = WireSubject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    subject.wire.pause();
    turns.pop()?.();
    expect(subject.transport.log).toEqual(['pause', 'pause']);
  });

  it('is read to its end after a goodbye', () => {
    const subject = WireSubject.connected(4, { maximumPacketSize: 1 << 20 });
    const turns: (() => void)[] = [];
    subject.clock.nextTurn = (callback) => turns.push(callback);
    flood(subject, 3);
    subject.wire.end(0, undefined, () => undefined);
    turns.pop()?.();
    expect(subject.transport.log.at(-1)).toBe('resume');
  });

  it('that is handled quickly is read on', () => {
    const subject = WireSubject.connected(4, { maximumPacketSize: 1 << 20 });
    flood(subject, 0);
    expect(subject.transport.log).toEqual([]);
  });
});
