import fc from 'fast-check';
import type { Wire } from '../wire/wire.js';
import { AckQueue, type AckSlot } from './ack-queue.js';

function subject() {
  const sent: string[] = [];
  const wire = {
    ack: (type: number, packetId: number, reasonCode: number) => sent.push(`${type} #${packetId} ${reasonCode}`),
  } as unknown as Wire;
  const sizes: number[] = [];
  const queue: AckQueue = new AckQueue(4, wire, () => sizes.push(queue.size));
  return { queue, sent, sizes };
}

describe('AckQueue', () => {
  it('holds back what is done until everything before it is done', () => {
    const { queue, sent } = subject();
    const slots = [1, 2, 3].map((id) => queue.push(id, 10, 0));
    queue.settle(slots[2]!, 0);
    queue.settle(slots[1]!, 0x87);
    expect(sent).toEqual([]);
    queue.settle(slots[0]!, 0);
    expect(sent).toEqual(['4 #1 0', '4 #2 135', '4 #3 0']);
    expect(queue.size).toBe(0);
    expect(queue.bytes).toBe(0);
  });

  it('keeps the first answer', () => {
    const { queue, sent } = subject();
    const [first, second] = [queue.push(1, 0, 0), queue.push(2, 0, 0)];
    queue.settle(second, 0x80);
    queue.settle(second, 0);
    queue.settle(first, 0);
    queue.settle(first, 0x80);
    expect(sent).toEqual(['4 #1 0', '4 #2 128']);
  });

  it('has counted a message out when it tells that it was sent', () => {
    const { queue, sizes } = subject();
    const slots = [1, 2].map((id) => queue.push(id, 0, 0));
    queue.settle(slots[1]!, 0);
    queue.settle(slots[0]!, 0);
    expect(sizes).toEqual([1, 0]);
  });

  it('sends nothing any more when it is closed, and holds nothing', () => {
    const { queue, sent } = subject();
    const slot = queue.push(1, 10, 0);
    queue.close();
    queue.settle(slot, 0);
    expect(sent).toEqual([]);
    expect(queue.size).toBe(0);
    expect(queue.bytes).toBe(0);
  });

  it('knows what all others wait for', () => {
    const { queue } = subject();
    const slots = [1, 2].map((id) => queue.push(id, 0, id));
    expect(queue.head).toBe(slots[0]);
    queue.settle(slots[0]!, 0);
    expect(queue.head).toBe(slots[1]);
  });

  it('sends each acknowledgement once, in the order of arrival, as early as that allows: through any sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50), { nil: undefined }), { maxLength: 300, size: 'max' }), (steps) => {
        const { queue, sent } = subject();
        const slots: AckSlot[] = [];
        const done = new Set<number>();
        for (const step of steps) {
          if (step === undefined) slots.push(queue.push(slots.length, 1, 0));
          else if (step < slots.length) {
            done.add(step);
            queue.settle(slots[step]!, 0);
          }
          let prefix = 0;
          while (done.has(prefix)) prefix++;
          const left = slots.length - prefix;
          if (sent.length !== prefix || queue.size !== left || queue.bytes !== left)
            throw new Error(`${sent.length} of ${prefix} were sent`);
        }
        expect(sent).toEqual(sent.map((_, id) => `4 #${id} 0`));
      }),
      { numRuns: 200 },
    );
  });

  it('takes time in proportion to the messages, though the first is done last', () => {
    const { queue, sent } = subject();
    const slots = Array.from({ length: 100_000 }, (_, id) => queue.push(id, 1, 0));
    for (const slot of slots.reverse()) queue.settle(slot, 0);
    expect(sent).toHaveLength(100_000);
  });
});
