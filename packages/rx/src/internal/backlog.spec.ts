import fc from 'fast-check';
import { Backlog, type BacklogOptions } from './backlog.js';

interface Item {
  readonly id: number;
  readonly topic?: string;
  readonly priority?: number;
  readonly owed?: boolean;
}

function backlog(options: Partial<BacklogOptions<Item>> = {}): {
  queue: Backlog<Item>;
  dropped: number[];
  rest(): number[];
} {
  const dropped: number[] = [];
  const queue = new Backlog<Item>({
    capacity: 3,
    overflow: 'dropOldest',
    topic: ({ topic }) => topic,
    bounded: ({ owed = false }) => !owed,
    drop: ({ id }) => dropped.push(id),
    ...options,
  });
  return {
    queue,
    dropped,
    rest: () => {
      const ids: number[] = [];
      for (let item = queue.next(); item !== undefined; item = queue.next()) {
        ids.push(item.id);
        queue.release(item);
      }
      return ids;
    },
  };
}

const five = [1, 2, 3, 4, 5].map((id) => ({ id }));

describe('a backlog', () => {
  it.each([
    ['dropOldest', 'fifo', [1, 2], [3, 4, 5]],
    ['dropNewest', 'fifo', [4, 5], [1, 2, 3]],
    ['dropOldest', 'lifo', [1, 2], [5, 4, 3]],
    ['dropNewest', 'lifo', [4, 5], [3, 2, 1]],
    ['latest', 'fifo', [1, 2], [3, 4, 5]],
  ] as const)('with the policy %s, %s, drops %j and hands out %j', (overflow, order, gone, left) => {
    const { queue, dropped, rest } = backlog({ overflow, order });
    expect(five.map((item) => queue.push(item))).toEqual([true, true, true, true, true]);
    expect(queue.size).toBe(3);
    expect(dropped).toEqual(gone);
    expect(rest()).toEqual(left);
    expect(queue.size).toBe(0);
  });

  it('with the policy error says that there is no room', () => {
    const { queue, dropped, rest } = backlog({ overflow: 'error' });
    expect(five.map((item) => queue.push(item))).toEqual([true, true, true, false, false]);
    expect(dropped).toEqual([]);
    expect(rest()).toEqual([1, 2, 3]);
  });

  it('with the policy latest lets a newer item of a topic take the place of the older one, also if there is room', () => {
    const { queue, dropped, rest } = backlog({ overflow: 'latest' });
    for (const [id, topic] of ['a', 'b', 'a', 'c', 'd'].entries()) queue.push({ id, topic });
    expect(dropped).toEqual([0, 2]);
    expect(rest()).toEqual([1, 3, 4]);
    queue.push({ id: 9, topic: 'a' });
    expect(dropped).toEqual([0, 2]);
  });

  it('hands out the highest priority first, and drops the lowest', () => {
    const { queue, dropped, rest } = backlog({ priority: ({ priority = 0 }) => priority });
    for (const [id, priority] of [0, 5, 1, 5, 0, -1].entries()) queue.push({ id, priority });
    expect(dropped).toEqual([0, 4, 5]);
    expect(rest()).toEqual([1, 3, 2]);
  });

  it('takes a priority that is no number for 0', () => {
    const { queue, rest } = backlog({ priority: ({ priority = 0 }) => priority });
    for (const [id, priority] of [NaN, 1, 0].entries()) queue.push({ id, priority });
    expect(rest()).toEqual([1, 0, 2]);
  });

  it('never drops what is bounded by something else', () => {
    const { queue, dropped, rest } = backlog();
    for (let id = 0; id < 10; id++) queue.push({ id, owed: id % 2 === 0 });
    expect(dropped).toEqual([1, 3]);
    expect(rest()).toEqual([0, 2, 4, 5, 6, 7, 8, 9]);
  });

  describe('in lanes', () => {
    const lane = ({ topic }: Item): string | undefined => topic;

    it('hands out one item of a lane at a time, in order, and others meanwhile', () => {
      const { queue } = backlog({ capacity: 10, lane });
      for (const [id, topic] of ['a', 'a', 'b', 'a', 'b'].entries()) queue.push({ id, topic });
      const first = queue.next()!;
      expect([first.id, queue.next()?.id, queue.next()]).toEqual([0, 2, undefined]);
      queue.release(first);
      expect([queue.next()?.id, queue.next()]).toEqual([1, undefined]);
    });

    it('goes on with a lane whose ready item was dropped', () => {
      const { queue, dropped, rest } = backlog({ lane });
      for (const [id, topic] of ['a', 'a', 'b', 'b', 'b'].entries()) queue.push({ id, topic });
      expect(dropped).toEqual([0, 1]);
      expect(rest()).toEqual([2, 3, 4]);
    });

    it('keeps the lane of an item that is put back', () => {
      const { queue } = backlog({ capacity: 10, lane });
      for (const [id, topic] of ['a', 'a', 'b'].entries()) queue.push({ id, topic });
      const first = queue.next()!;
      queue.again(first);
      expect([queue.next()?.id, queue.next()?.id, queue.next()]).toEqual([2, 0, undefined]);
      queue.release(first);
      expect(queue.next()?.id).toBe(1);
    });

    it('takes out what satisfies a condition, and lets the next of the lane go', () => {
      const { queue, rest } = backlog({ capacity: 10, lane });
      for (const [id, topic] of ['a', 'a', 'b', 'a'].entries()) queue.push({ id, topic });
      expect(queue.removeIf(({ id }) => id < 2).map(({ id }) => id)).toEqual([0, 1]);
      expect(rest()).toEqual([2, 3]);
    });

    it('remembers no lane that is not in use', () => {
      const { queue, rest } = backlog({ capacity: 10, lane });
      for (let id = 0; id < 3; id++) queue.push({ id, topic: 'a' });
      expect(rest()).toEqual([0, 1, 2]);
      queue.push({ id: 4, topic: 'a' });
      expect(queue.next()?.id).toBe(4);
    });
  });

  it('clears', () => {
    const { queue, rest } = backlog({ lane: ({ topic }) => topic });
    for (const [id, topic] of ['a', 'a', 'b'].entries()) queue.push({ id, topic });
    expect(
      queue
        .clear()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([0, 1, 2]);
    expect(queue.size).toBe(0);
    queue.push({ id: 7, topic: 'a' });
    expect(rest()).toEqual([7]);
  });

  it('loses and invents nothing, keeps lanes in order and within bounds, whatever happens', () => {
    const step = fc.record({
      topic: fc.constantFrom('a', 'b', 'c'),
      priority: fc.nat(2),
      owed: fc.boolean(),
      take: fc.nat(3),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('dropOldest' as const, 'dropNewest' as const, 'latest' as const, 'error' as const),
        fc.constantFrom('fifo' as const, 'lifo' as const),
        (steps, overflow, order) => {
          const { queue, dropped, rest } = backlog({
            overflow,
            order,
            lane: ({ topic }) => topic,
            priority: (item) => item.priority ?? 0,
          });
          const refused: number[] = [];
          const out: Item[] = [];
          const held: Item[] = [];
          for (const [id, { take, ...item }] of steps.entries()) {
            if (!queue.push({ id, ...item })) refused.push(id);
            for (let i = 0; i < take; i++) {
              const next = queue.next();
              if (next === undefined) break;
              expect(held.map(({ topic }) => topic)).not.toContain(next.topic);
              out.push(next);
              held.push(next);
            }
            const done = take === 0 ? held.shift() : undefined;
            if (done !== undefined) queue.release(done);
          }
          for (const each of held) queue.release(each);
          const all = [...out.map(({ id }) => id), ...rest(), ...dropped, ...refused];
          expect([...all].sort((a, b) => a - b)).toEqual(steps.map((_, id) => id));
          expect(queue.size).toBe(0);
        },
      ),
    );
  });
});
