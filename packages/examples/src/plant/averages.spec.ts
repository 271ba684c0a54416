import { marbles, reading } from '../../test/support/samples.js';
import { averageOf, averageOver } from './averages.js';

describe('averageOf', () => {
  it('should average what is measured', () => {
    const readings = [reading({ temperature: 40, vibration: 1 }), reading({ temperature: 60, vibration: 4 })];
    expect(averageOf(readings)).toMatchObject({
      line: 'north',
      machine: 'lathe',
      readings: 2,
      temperature: 50,
      vibration: 2.5,
    });
  });

  it('should take the last state', () => {
    expect(averageOf([reading({ state: 'running' }), reading({ state: 'idle' })]).state).toBe('idle');
  });

  it('should not lose a fault among other states', () => {
    expect(averageOf([reading({ state: 'fault' }), reading({ state: 'running' })]).state).toBe('fault');
  });

  it('should refuse to average nothing', () => {
    expect(() => averageOf([])).toThrow(RangeError);
  });
});

describe('averageOver', () => {
  const readings = { c: reading({ temperature: 10 }), h: reading({ temperature: 30 }) };
  const averages = {
    C: expect.objectContaining({ temperature: 10, readings: 1 }) as unknown,
    M: expect.objectContaining({ temperature: 20, readings: 2 }) as unknown,
  };

  it('should emit one average per window of time', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const readings$ = cold('  c---h-----c---|', readings);
      const expected = '        ----------M---(C|)';
      expectObservable(readings$.pipe(averageOver({ time: 10, count: 9 }))).toBe(expected, averages);
      expectSubscriptions(readings$.subscriptions).toBe('^-------------!');
    });
  });

  it('should end a full window early, and start the next one then', () => {
    marbles(({ cold, expectObservable }) => {
      const readings$ = cold('  c-h-c---------|', readings);
      const expected = '        --M---------C-|';
      expectObservable(readings$.pipe(averageOver({ time: 10, count: 2 }))).toBe(expected, averages);
    });
  });

  it('should skip windows in which nothing came', () => {
    marbles(({ cold, expectObservable }) => {
      const readings$ = cold('  c 39ms |', readings);
      const expected = '        10ms C 29ms |';
      expectObservable(readings$.pipe(averageOver({ time: 10, count: 9 }))).toBe(expected, averages);
    });
  });

  it('should say when the window ended', () => {
    marbles(({ cold, expectObservable }) => {
      const expected = { a: expect.objectContaining({ time: 10 }) as unknown };
      expectObservable(cold('c', readings).pipe(averageOver({ time: 10, count: 9 })), '^ 11ms !').toBe(
        '10ms a',
        expected,
      );
    });
  });

  it('should leave the source when nobody listens any more', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const readings$ = cold('  c------|', readings);
      expectObservable(readings$.pipe(averageOver({ time: 10, count: 9 })), '^--!').toBe('----');
      expectSubscriptions(readings$.subscriptions).toBe('^--!');
    });
  });
});
