import fc from 'fast-check';
import { type Link, LinkedList } from './linked-list.js';

describe('a linked list', () => {
  it('does what an array does, whatever is taken out of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant('push' as const), fc.tuple(fc.constantFrom('remove', 'to end'), fc.nat(20))), {
          maxLength: 100,
        }),
        (steps) => {
          const list = new LinkedList<number>();
          const model: { readonly item: number; readonly link: Link<number> }[] = [];
          for (const [index, step] of steps.entries()) {
            if (step === 'push') model.push({ item: index, link: list.push(index) });
            else if (model.length > 0) {
              const [what, number] = step;
              const entry = model.splice(number % model.length, 1)[0]!;
              if (what === 'remove') list.remove(entry.link);
              else {
                list.toEnd(entry.link);
                model.push(entry);
              }
            }
            expect([list.size, list.first, list.last]).toEqual([model.length, model[0]?.item, model.at(-1)?.item]);
            expect([...list]).toEqual(model.map(({ item }) => item));
          }
        },
      ),
    );
  });
});
