import fc from 'fast-check';
import { Fifo } from './fifo.js';

describe('Fifo', () => {
  it('does what a list does, through any sequence of calls', () => {
    // Each step pushes so many, then shifts so many: enough of both to use up and move its array.
    const steps = fc.array(fc.tuple(fc.nat(120), fc.nat(120), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (list) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        let next = 0;
        for (const [pushes, shifts, clears] of list) {
          for (let i = 0; i < pushes; i++) {
            fifo.push(next);
            model.push(next++);
          }
          for (let i = 0; i < shifts; i++) {
            expect(fifo.first).toBe(model[0]);
            expect(fifo.shift()).toBe(model.shift());
            expect(fifo.size).toBe(model.length);
          }
          if (clears) {
            expect(fifo.clear()).toEqual(model);
            model = [];
            expect(fifo.size).toBe(0);
          }
        }
        expect(fifo.clear()).toEqual(model);
      }),
    );
  });

  it('gives nothing when it is empty, and goes on working', () => {
    const fifo = new Fifo<string>();
    expect([fifo.shift(), fifo.first, fifo.size, fifo.clear()]).toEqual([undefined, undefined, 0, []]);
    fifo.push('a');
    expect(fifo.shift()).toBe('a');
    expect(fifo.shift()).toBeUndefined();
    fifo.push('b');
    expect(fifo.first).toBe('b');
  });

  it('takes 300,000 in and out in time', () => {
    // With `Array.shift` this would run into the time limit of the test.
    const fifo = new Fifo<number>();
    for (let i = 0; i < 300_000; i++) fifo.push(i);
    let inOrder = true;
    for (let i = 0; i < 300_000; i++) if (fifo.shift() !== i) inOrder = false;
    expect(inOrder).toBe(true);
    expect(fifo.size).toBe(0);
  });
});
