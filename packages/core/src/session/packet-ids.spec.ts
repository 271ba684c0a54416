import fc from 'fast-check';
import { PacketIds } from './packet-ids.js';

const ALL = 65_535;

describe('PacketIds', () => {
  it('gives out 1 first, then the next ones, so that a log can be read', () => {
    const ids = new PacketIds();
    expect([ids.allocate(), ids.allocate(), ids.allocate()]).toEqual([1, 2, 3]);
  });

  it('gives out each of the 65,535 identifiers once, then 0', () => {
    const ids = new PacketIds();
    const given = new Set<number>();
    for (let i = 0; i < ALL; i++) given.add(ids.allocate());
    expect(given.size).toBe(ALL);
    expect(Math.min(...[...given].slice(0, 10))).toBe(1);
    expect(given.has(0)).toBe(false);
    expect(given.has(ALL)).toBe(true);
    expect(ids.allocate()).toBe(0);
    expect(ids.allocate()).toBe(0);
  });

  it('finds the only free one, wherever it is', () => {
    const ids = new PacketIds();
    for (let i = 0; i < ALL; i++) ids.allocate();
    for (const free of [1, 2, 32_768, 65_534, 65_535, 1]) {
      ids.release(free);
      expect(ids.allocate()).toBe(free);
      expect(ids.allocate()).toBe(0);
    }
  });

  it('does not give an identifier out again at once, so that a late answer finds nobody', () => {
    const ids = new PacketIds();
    const first = ids.allocate();
    ids.release(first);
    expect(ids.allocate()).not.toBe(first);
  });

  it('starts again at 1 behind 65,535', () => {
    const ids = new PacketIds();
    for (let i = 0; i < ALL; i++) ids.release(ids.allocate());
    expect(ids.allocate()).toBe(1);
  });

  it.each([0, -1, 1.5, ALL + 1, Number.NaN])('takes %d back without harm', (odd) => {
    const ids = new PacketIds();
    ids.release(odd);
    let last = -1;
    for (let i = 0; i < ALL; i++) last = ids.allocate();
    expect(last).toBe(ALL);
    ids.release(odd);
    expect(ids.allocate()).toBe(0);
  });

  it('counts an identifier that comes back twice once', () => {
    const ids = new PacketIds();
    for (let i = 0; i < ALL; i++) ids.allocate();
    ids.release(7);
    ids.release(7);
    expect(ids.allocate()).toBe(7);
    expect(ids.allocate()).toBe(0);
  });

  it('never gives out one that is in use, through any sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(40), { nil: undefined }), { maxLength: 200 }), (steps) => {
        const ids = new PacketIds();
        const live: number[] = [];
        for (const step of steps) {
          if (step === undefined || live.length === 0) {
            const id = ids.allocate();
            if (id < 1 || id > ALL || live.includes(id)) throw new Error(`${id} was given out beside ${live.join()}`);
            live.push(id);
          } else ids.release(live.splice(step % live.length, 1)[0]!);
        }
      }),
    );
  });
});
