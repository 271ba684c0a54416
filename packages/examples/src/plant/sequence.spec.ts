import { Sequences } from './sequence.js';

function checked(...numbers: readonly number[]): Sequences {
  const sequences = new Sequences();
  for (const seq of numbers) sequences.check('north/lathe', seq);
  return sequences;
}

describe('Sequences', () => {
  it.each([
    ['numbers in order', [0, 1, 2, 3], 0, 0],
    ['a start in the middle', [7, 8, 9], 0, 0],
    ['a gap', [1, 2, 5], 2, 0],
    ['a number that came twice', [1, 2, 2, 3], 0, 1],
    ['a number that came late', [1, 3, 2, 4], 1, 1],
    ['a stretch sent again', [1, 2, 3, 1, 2, 3, 4], 0, 3],
    ['a machine that starts anew', [5, 6, 0, 1], 0, 0],
    ['a zero that came twice', [0, 0, 1], 0, 1],
  ])('should judge %s', (_, numbers, missing, repeated) => {
    expect(checked(...numbers)).toMatchObject({ missing, repeated });
  });

  it('should keep the machines apart, and name those out of order', () => {
    const sequences = new Sequences();
    for (const seq of [1, 2, 3]) {
      sequences.check('north/lathe', seq);
      sequences.check('north/mill', 2 * seq);
    }
    expect(sequences.missing).toBe(2);
    expect(sequences.disorderly).toEqual([['north/mill', { last: 6, missing: 2, repeated: 0 }]]);
  });

  it('should forget the oldest of very many machines, but not what they missed', () => {
    const sequences = checked(1, 3);
    for (let machine = 0; machine < 10_000; machine++) sequences.check(`wild/${machine}`, 1);
    expect(sequences.disorderly).toEqual([]);
    expect(sequences.missing).toBe(1);
  });
});
