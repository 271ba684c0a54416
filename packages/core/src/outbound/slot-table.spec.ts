import fc from 'fast-check';
import { OutgoingMessage } from './outgoing-message.js';
import { SlotTable } from './slot-table.js';

function message(packetId: number, sequence: number): OutgoingMessage {
  const made = new OutgoingMessage('a', 1, '', 0, 1, false, undefined, undefined);
  made.packetId = packetId;
  made.sequence = sequence;
  return made;
}

describe('SlotTable', () => {
  it('holds what a Map would hold, whatever comes and goes', () => {
    const steps = fc.array(
      fc.tuple(fc.boolean(), fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 65_535 }))),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const table = new SlotTable();
        const model = new Map<number, OutgoingMessage>();
        for (const [sequence, [add, id]] of given.entries()) {
          if (add && !model.has(id)) {
            const added = message(id, sequence);
            model.set(id, added);
            table.add(added);
          } else if (!add) {
            model.delete(id);
            table.delete(id);
          }
          expect(table.size).toBe(model.size);
          expect(table.get(id)).toBe(model.get(id));
        }
        expect(table.inOrder()).toEqual([...model.values()]);
      }),
    );
  });

  it('holds all identifiers there are', () => {
    const table = new SlotTable();
    for (let id = 1; id <= 65_535; id++) table.add(message(id, id));
    expect(table.size).toBe(65_535);
    expect(table.get(65_535)?.packetId).toBe(65_535);
    table.clear();
    expect(table.get(1)).toBeUndefined();
    expect(table.size).toBe(0);
  });
});
