import fc from 'fast-check';
import type { SinkOverflow } from './publish-to-options.js';
import { SinkBuffer } from './sink-buffer.js';
import { type WaitingInput, waitingInput } from './waiting-input.js';

const BIG = 1_000_000;

/** An input of a topic, of `size` bytes altogether. */
function entry(topic: string, size = topic.length, index = 0): WaitingInput<string> {
  return waitingInput(index, topic, { topic, payload: 'x'.repeat(size - topic.length), options: {} }, true);
}

const names = (entries: readonly WaitingInput<string>[]): string => entries.map(({ input }) => input).join('');

function drained(buffer: SinkBuffer<string>): string {
  let all = '';
  for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) all += next.input;
  return all;
}

/** Adds one letter after the other, with room for `capacity`; the answer is what was given up, and what is left. */
function fill(overflow: SinkOverflow, letters: string, capacity: number): [string, string] {
  const buffer = new SinkBuffer<string>(overflow, BIG);
  let given = '';
  for (const letter of letters) given += names(buffer.add(entry(letter), capacity - buffer.size));
  return [given, drained(buffer)];
}

describe('SinkBuffer', () => {
  it.each([
    ['error', 'abcd', 'd', 'abc'],
    ['dropNewest', 'abcd', 'd', 'abc'],
    ['dropOldest', 'abcd', 'a', 'bcd'],
    ['dropOldest', 'abcdef', 'abc', 'def'],
    ['latest', 'abcd', 'a', 'bcd'],
  ] as const)('with %s gives up of %s: %s', (overflow, letters, given, left) => {
    expect(fill(overflow, letters, 3)).toEqual([given, left]);
  });

  it('lets a newer input take the place of one for the same topic, even if there is room', () => {
    const buffer = new SinkBuffer<string>('latest', BIG);
    buffer.add(entry('a', 1, 0), 9);
    buffer.add(entry('b', 1, 1), 9);

    expect(buffer.add(entry('a', 5, 2), 9)).toMatchObject([{ index: 0, input: 'a' }]);
    expect(buffer.bytes).toBe(6);
    expect([buffer.shift(), buffer.shift(), buffer.shift()]).toMatchObject([{ index: 2 }, { index: 1 }, undefined]);
  });

  it('knows a topic no more when its input has left', () => {
    const buffer = new SinkBuffer<string>('latest', BIG);
    buffer.add(entry('a'), 9);
    buffer.shift();

    expect(buffer.add(entry('a'), 9)).toEqual([]);
    expect(buffer.size).toBe(1);
  });

  it('bounds bytes', () => {
    const strict = new SinkBuffer<string>('error', 10);
    expect(names(strict.add(entry('a', 6), 9))).toBe('');
    expect(names(strict.add(entry('b', 6), 9))).toBe('b');
    expect(names(strict.add(entry('c', 4), 9))).toBe('');
    expect(strict.bytes).toBe(10);

    const shedding = new SinkBuffer<string>('dropOldest', 10);
    shedding.add(entry('a', 4), 9);
    shedding.add(entry('b', 4), 9);
    expect(names(shedding.add(entry('c', 8), 9))).toBe('ab');
    expect(drained(shedding)).toBe('c');
  });

  it('gives up itself what could never fit in, and nothing else for it', () => {
    const buffer = new SinkBuffer<string>('dropOldest', 10);
    buffer.add(entry('a', 4), 9);

    expect(names(buffer.add(entry('b', 11), 9))).toBe('b');
    expect(drained(buffer)).toBe('a');
  });

  it('makes room when the newest of a topic is bigger than the one whose place it takes', () => {
    const buffer = new SinkBuffer<string>('latest', 10);
    buffer.add(entry('a', 4), 9);
    buffer.add(entry('b', 4), 9);

    expect(names(buffer.add(entry('b', 9), 9))).toBe('ba');
    expect(drained(buffer)).toBe('b');
  });

  it('never holds more than it may, and loses nothing', () => {
    const step = fc.oneof(
      fc.record({ topic: fc.constantFrom('a', 'b', 'c', 'd'), size: fc.integer({ min: 1, max: 14 }) }),
      fc.constant('shift' as const),
    );
    const overflow = fc.constantFrom<SinkOverflow>('error', 'dropNewest', 'dropOldest', 'latest');
    fc.assert(
      fc.property(overflow, fc.array(step, { maxLength: 60 }), (policy, steps) => {
        const buffer = new SinkBuffer<string>(policy, 30);
        const out: number[] = [];
        let count = 0;
        for (const each of steps) {
          if (each === 'shift') {
            const next = buffer.shift();
            if (next !== undefined) out.push(next.index);
          } else {
            const given = buffer.add(entry(each.topic, each.size, count++), 5 - buffer.size);
            out.push(...given.map(({ index }) => index));
          }
          expect(buffer.size).toBeLessThanOrEqual(5);
          expect(buffer.bytes).toBeLessThanOrEqual(30);
        }
        for (let next = buffer.shift(); next !== undefined; next = buffer.shift()) out.push(next.index);
        expect(buffer.bytes).toBe(0);
        expect(out.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });
});
