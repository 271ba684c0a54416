import { Handling } from './handling.js';

function subject() {
  const done: number[] = [];
  return { handling: new Handling(undefined, true, (reasonCode) => done.push(reasonCode)), done };
}

describe('Handling', () => {
  it('is done when the delivery has ended, where nobody holds it', () => {
    const { handling, done } = subject();
    handling.end(0);
    expect(done).toEqual([0]);
  });

  it('is done when the last hold has ended, in whichever order', () => {
    const { handling, done } = subject();
    const holds = [handling.hold(), handling.hold()];
    handling.end(0);
    holds[1]!.settle(0);
    expect(done).toEqual([]);
    holds[0]!.settle(0);
    expect(done).toEqual([0]);
  });

  it('counts a hold that is settled twice once', () => {
    const { handling, done } = subject();
    const hold = handling.hold();
    handling.hold();
    expect(hold.isSettled).toBe(false);
    hold.settle(0);
    expect(hold.isSettled).toBe(true);
    hold.settle(0);
    hold.settle(0x80);
    handling.end(0);
    expect(done).toEqual([]);
  });

  it('is refused when anybody refuses, with the code of the first', () => {
    const { handling, done } = subject();
    const holds = [handling.hold(), handling.hold(), handling.hold()];
    handling.end(0);
    holds[0]!.settle(0);
    holds[1]!.settle(0x87);
    holds[2]!.settle(0x80);
    expect(done).toEqual([0x87]);
  });

  it('tells its holders whether they can refuse', () => {
    expect(new Handling(undefined, false, () => {}).hold().canRefuse).toBe(false);
    expect(new Handling(undefined, true, () => {}).hold().canRefuse).toBe(true);
  });
});
