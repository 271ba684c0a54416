import fc from 'fast-check';
import type { QoS } from '../message/mqtt-message.js';
import { Outbox } from './outbox.js';
import { OutgoingMessage } from './outgoing-message.js';

let sequence = 0;

function message(qos: QoS = 1, size = 1, topic = 'a'): OutgoingMessage {
  const made = new OutgoingMessage(topic, 0, 'x', size, qos, false, undefined, undefined);
  made.sequence = ++sequence;
  return made;
}

describe('Outbox', () => {
  it('is bounded by count and by bytes, and says which it was', () => {
    const outbox = new Outbox(2, 10);
    outbox.add(message(1, 4));
    expect(outbox.obstacle(6)).toBeUndefined();
    expect(outbox.obstacle(7)).toBe('10 bytes');
    outbox.add(message(0, 1));
    expect(outbox.obstacle(0)).toBe('2 messages');
    expect(outbox.canHold(10)).toBe(true);
    expect(outbox.canHold(11)).toBe(false);
  });

  it('lets QoS 0 pass what waits for the window, and keeps the order of acceptance otherwise', () => {
    const outbox = new Outbox(10, 100);
    const [first, second, third] = [message(1), message(0), message(2)];
    for (const each of [first, second, third]) outbox.add(each);
    expect(outbox.first(true)).toBe(first);
    expect(outbox.first(false)).toBe(second);
    outbox.remove(second);
    expect(outbox.first(false)).toBeUndefined();
    outbox.remove(first);
    expect(outbox.first(true)).toBe(third);
  });

  it('puts back before all others, over its bounds if need be', () => {
    const outbox = new Outbox(1, 1);
    const [early, late] = [message(), message()];
    outbox.add(late);
    outbox.putBack(early);
    expect(outbox.first(true)).toBe(early);
    expect(outbox.count).toBe(2);
    expect(outbox.obstacle(0)).toBe('1 messages');
  });

  it('of those that only the newest of a topic is wanted, puts none back for which a newer one waits', () => {
    const outbox = new Outbox(10, 100);
    const [first, second, other] = [message(1, 1, 'a'), message(1, 1, 'a'), message(0, 1, 'b')];
    for (const each of [first, second, other]) each.overflow = 'latest';
    expect([second, first, other].map((each) => outbox.putBack(each))).toEqual([true, false, true]);
    expect(outbox.count).toBe(2);
    expect(first.phase).toBe('none');
    expect([outbox.latest('a'), outbox.latest('b')]).toEqual([second, other]);
    outbox.remove(second);
    expect(outbox.latest('a')).toBeUndefined();
    expect(outbox.putBack(first)).toBe(true);
  });

  it('marks what it holds, and nothing else', () => {
    const outbox = new Outbox(10, 10);
    const each = message();
    expect(each.phase).toBe('none');
    outbox.add(each);
    expect(each.phase).toBe('queued');
    outbox.remove(each);
    expect(each.phase).toBe('none');
  });

  it('is a queue per lane with true counts, through any sequence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('add', 'remove', 'first'), fc.nat(2), fc.nat(20)), { maxLength: 100 }),
        (steps) => {
          const outbox = new Outbox(1_000, 1_000_000);
          let model: OutgoingMessage[] = [];
          for (const [act, qos, number] of steps) {
            if (act === 'add') {
              const added = message(qos as QoS, number);
              outbox.add(added);
              model.push(added);
            } else if (act === 'remove' && model.length > 0) {
              const removed = model[number % model.length]!;
              outbox.remove(removed);
              model = model.filter((each) => each !== removed);
            }
            expect(outbox.count).toBe(model.length);
            expect(outbox.bytes).toBe(model.reduce((sum, { size }) => sum + size, 0));
            expect(outbox.first(true)).toBe(model[0]);
            expect(outbox.first(false)).toBe(model.find((each) => each.qos === 0));
            expect([...outbox].sort((a, b) => a.sequence - b.sequence)).toEqual(model);
          }
        },
      ),
    );
  });

  it('may be emptied while it is walked through', () => {
    const outbox = new Outbox(10, 10);
    for (let i = 0; i < 4; i++) outbox.add(message(i % 2 === 0 ? 0 : 1));
    for (const each of outbox) outbox.remove(each);
    expect(outbox.count).toBe(0);
    expect(outbox.bytes).toBe(0);
    expect(outbox.first(true)).toBeUndefined();
  });
});
