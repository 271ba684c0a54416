import fc from 'fast-check';
import { Fifo } from './fifo.js';

/** The same with a plain array. */
class Reference {
  items: number[] = [];
}

const commands = [
  fc.nat().map((item) => ({
    check: () => true,
    run: (model: Reference, fifo: Fifo<number>) => {
      model.items.push(item);
      fifo.push(item);
      agree(model, fifo);
    },
    toString: () => `push(${item})`,
  })),
  fc.integer({ min: 1, max: 3 }).map((times) => ({
    check: () => true,
    run: (model: Reference, fifo: Fifo<number>) => {
      for (let i = 0; i < times; i++) expect(fifo.shift()).toBe(model.items.shift());
      agree(model, fifo);
    },
    toString: () => `shift() x ${times}`,
  })),
  fc.constant({
    check: () => true,
    run: (model: Reference, fifo: Fifo<number>) => {
      model.items = [];
      fifo.clear();
      agree(model, fifo);
    },
    toString: () => 'clear()',
  }),
];

function agree(model: Reference, fifo: Fifo<number>): void {
  expect([fifo.size, fifo.first]).toEqual([model.items.length, model.items[0]]);
}

describe('Fifo', () => {
  it('does what an array does', () => {
    fc.assert(
      fc.property(fc.commands(commands, { maxCommands: 200 }), (run) => {
        fc.modelRun(() => ({ model: new Reference(), real: new Fifo<number>() }), run);
      }),
    );
  });

  it('keeps the order, and its first item, while it is cut', () => {
    const fifo = new Fifo<number>();
    const taken: (number | undefined)[] = [];

    for (let i = 0; i < 10_000; i++) {
      fifo.push(2 * i);
      fifo.push(2 * i + 1);
      expect(fifo.first).toBe(i);
      taken.push(fifo.shift());
    }
    while (fifo.size > 0) taken.push(fifo.shift());

    expect(taken).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  it('takes 300,000 waiting items in time, where Array.shift() takes minutes', () => {
    const fifo = new Fifo<object>();
    const item = {};
    for (let i = 0; i < 300_000; i++) fifo.push(item);

    let taken = 0;
    while (fifo.shift() !== undefined) taken++;

    expect(taken).toBe(300_000);
  });
});
