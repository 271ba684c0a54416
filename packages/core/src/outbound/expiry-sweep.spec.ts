import type { DropEvent } from '../connection/connection.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

function waiting(options: ConnectionOptions = {}): TestConnection & { readonly drops: DropEvent[] } {
  const test = createTestConnection(options);
  const drops: DropEvent[] = [];
  test.connection.on('drop', (event) => drops.push(event));
  return Object.assign(Object.create(test) as TestConnection, { drops });
}

function fate({ outcome }: Publication): string | undefined {
  return outcome?.status === 'failed' ? outcome.error.name : outcome?.status;
}

function expire(test: TestConnection, seconds: number, payload = 'x'): Publication {
  return test.connection.publish('a', payload, { qos: 1, properties: { messageExpiryInterval: seconds } });
}

function sent({ wires }: TestConnection): unknown[] {
  return wires.at(-1)!.sent.flatMap((packet) => (packet.type === 'publish' ? [[packet.payload, packet.expiry]] : []));
}

describe('a message with an expiry', () => {
  it('fails with ExpiredError when its time is over, also while there is no connection', () => {
    const test = waiting();
    const publications = [expire(test, 2), expire(test, 4)];
    test.clock.advance(1_999);
    expect(publications.map(fate)).toEqual([undefined, undefined]);
    test.clock.advance(101);
    expect(publications.map(fate)).toEqual(['ExpiredError', undefined]);
    test.clock.advance(2_000);
    expect(publications.map(fate)).toEqual(['ExpiredError', 'ExpiredError']);
    expect(test.drops.map(({ reason }) => reason)).toEqual(['expired', 'expired']);
    expect(test.clock.pending).toBe(0);
  });

  it.each([
    [0, 10],
    [1, 10],
    [999, 10],
    [1_000, 9],
    [1_001, 9],
    [4_500, 6],
    [9_999, 1],
  ])('is sent after %d ms of waiting with %d s left', (waited, left) => {
    const test = waiting();
    expire(test, 10);
    test.clock.advance(waited);
    void test.connection.open();
    test.wires.at(-1)!.connack();
    expect(sent(test)).toEqual([['x', left]]);
  });

  it('is not sent at all at the moment of its expiry', () => {
    const test = waiting();
    const publication = expire(test, 10);
    void test.connection.open();
    test.clock.advance(9_999);
    test.clock.advance(1);
    test.wires.at(-1)!.connack();
    expect(sent(test)).toEqual([]);
    expect(fate(publication)).toBe('ExpiredError');
  });

  it('lets the others go, which have none', () => {
    const test = waiting();
    test.connection.publish('a', 'first');
    expire(test, 1);
    test.connection.publish('a', 'last');
    test.clock.advance(5_000);
    void test.connection.open();
    test.wires.at(-1)!.connack();
    expect(sent(test)).toEqual([
      ['first', undefined],
      ['last', undefined],
    ]);
  });

  it('expires also when a lost session has put it back, behind a window that does not open', () => {
    const test = waiting({ publish: { window: 2 } });
    void test.connection.open();
    test.wires.at(-1)!.connack();
    test.connection.publish('a', 'silent', { qos: 1 });
    const publication = expire(test, 60);
    test.wires.at(-1)!.cut();
    test.clock.advance(30_000);
    test.wires.at(-1)!.connack({ properties: { receiveMaximum: 1 } });
    expect(sent(test)).toEqual([['silent', undefined]]);
    test.clock.advance(30_100);
    expect(fate(publication)).toBe('UnknownOutcomeError');
  });

  it('does not expire in flight: the server has it', () => {
    const test = waiting();
    void test.connection.open();
    test.wires.at(-1)!.connack();
    const publication = expire(test, 1);
    test.clock.advance(60_000);
    expect(fate(publication)).toBeUndefined();
    test.wires.at(-1)!.acknowledge(4, 1);
    expect(fate(publication)).toBe('acknowledged');
  });

  it('is judged by a clock that does not jump, so its time may be as long as the protocol allows', () => {
    const test = waiting();
    const publication = expire(test, 0xffff_ffff);
    test.clock.advance(86_400_000);
    expect(fate(publication)).toBeUndefined();
    void test.connection.open();
    test.wires.at(-1)!.connack();
    expect(sent(test)).toEqual([['x', 0xffff_ffff - 86_400]]);
  });

  it('keeps no timer when it is gone', () => {
    const test = waiting();
    expire(test, 3_600);
    void test.connection.close();
    expect(test.clock.pending).toBe(0);
  });
});

describe('publish.maxAge', () => {
  it('lets no message wait longer, whatever its expiry', () => {
    const test = waiting({ publish: { maxAge: 500 } });
    const publications = [test.connection.publish('a', 'x'), expire(test, 10)];
    test.clock.advance(499);
    expect(publications.map(fate)).toEqual([undefined, undefined]);
    test.clock.advance(1);
    expect(publications.map(fate)).toEqual(['ExpiredError', 'ExpiredError']);
  });

  it('does not shorten the expiry that the server is told', () => {
    const test = waiting({ publish: { maxAge: 60_000 } });
    expire(test, 100);
    test.clock.advance(10_000);
    void test.connection.open();
    test.wires.at(-1)!.connack();
    expect(sent(test)).toEqual([['x', 90]]);
  });

  it('makes room for senders that wait', () => {
    const test = waiting({ publish: { maxAge: 500, capacity: 1, overflow: 'block' } });
    test.connection.publish('a', '1');
    test.clock.advance(300);
    test.connection.publish('a', '2');
    test.clock.advance(300);
    expect(test.drops).toHaveLength(1);
    void test.connection.open();
    test.wires.at(-1)!.connack();
    expect(sent(test).map((each) => (each as unknown[])[0])).toEqual(['2']);
  });

  it('looks at everything that waits ten times a second at most, however many times there are', () => {
    const test = waiting({ publish: { maxAge: 1_000 } });
    const timers = jest.spyOn(test.clock, 'setTimeout');
    const publications: Publication[] = [];
    for (let i = 0; i < 1_000; i++) {
      publications.push(test.connection.publish('a', 'x'));
      test.clock.advance(1);
    }
    expect(test.clock.pending).toBe(1);
    test.clock.advance(1_100);
    expect(publications.every((each) => fate(each) === 'ExpiredError')).toBe(true);
    expect(timers.mock.calls.length).toBeLessThan(15);
  });
});

describe('a listener of the drop', () => {
  it('may close the connection: everything settles', () => {
    const test = waiting();
    const publications = [expire(test, 1), expire(test, 1), expire(test, 5)];
    publications[0]!.onSettled(() => void test.connection.close());
    test.clock.advance(1_100);
    expect(publications.every(({ outcome }) => outcome?.status === 'failed')).toBe(true);
  });

  it('may close the connection, and no timer is left', () => {
    const test = waiting();
    const publications = [expire(test, 1), expire(test, 5)];
    publications[0]!.onSettled(() => void test.connection.close());
    test.clock.advance(1_100);
    expect(test.clock.pending).toBe(0);
  });
});
