import { systemClock } from '../internal/clock.js';
import { TurnBudget } from './turn-budget.js';

const CHUNK = 65_536;

describe('the budget of a turn', () => {
  function subject() {
    let time = 0;
    const turns: (() => void)[] = [];
    const renewed = jest.fn();
    const budget = new TurnBudget(
      { ...systemClock, now: () => time, nextTurn: (callback) => turns.push(callback) },
      renewed,
    );
    return {
      renewed,
      turns,
      spend: (bytes: number, milliseconds: number) => {
        time += milliseconds;
        return budget.spend(bytes);
      },
      nextTurn: () => {
        for (const turn of turns.splice(0)) turn();
      },
    };
  }

  it('is not spent by work that is quick', () => {
    const { spend, nextTurn, renewed } = subject();
    for (let i = 0; i < 100; i++) {
      for (let chunk = 0; chunk < 4; chunk++) expect(spend(CHUNK, 1)).toBe(false);
      nextTurn();
    }
    expect(renewed).not.toHaveBeenCalled();
  });

  it('is spent when the work of large chunks takes long, until the next turn', () => {
    const { spend, nextTurn, renewed } = subject();
    expect([spend(CHUNK, 3), spend(CHUNK, 3), spend(CHUNK, 3), spend(CHUNK, 0)]).toEqual([false, false, true, true]);
    expect(renewed).not.toHaveBeenCalled();
    nextTurn();
    expect(renewed).toHaveBeenCalledTimes(1);
    expect([spend(CHUNK, 3), spend(CHUNK, 3)]).toEqual([false, false]);
  });

  it('is spent by many small chunks too', () => {
    const { spend } = subject();
    const answers = Array.from({ length: 40 }, () => spend(10, 1));
    expect(answers.indexOf(true)).toBe(20);
  });

  it('asks for no turn, where a few bytes come now and then', () => {
    const { spend, turns } = subject();
    for (let i = 0; i < 15; i++) spend(100, 1_000);
    expect(turns).toEqual([]);
  });

  it('begins again with each turn that was asked for', () => {
    const { spend, turns, nextTurn } = subject();
    spend(CHUNK, 1);
    expect(turns).toHaveLength(1);
    nextTurn();
    spend(CHUNK, 100);
    expect(turns).toHaveLength(1);
  });
});
