import { average, marbles } from '../../test/support/samples.js';
import type { Assessment } from './anomaly.js';
import type { Average } from './averages.js';
import { type LineSummary, summariseLines } from './summary.js';
import { NEW_WATCH } from './watch.js';

function assessment(changes: Partial<Average>, active: Assessment['active'] = []): Assessment {
  return {
    type: 'assessment',
    average: average(changes),
    watches: { temperature: NEW_WATCH, vibration: NEW_WATCH },
    active,
    alarms: [],
  };
}

const like = (summary: Partial<LineSummary>) => expect.objectContaining(summary) as unknown;

describe('summariseLines', () => {
  it('should weigh averages with their readings', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold<Assessment>('a-b------|', {
        a: assessment({ machine: 'lathe', readings: 3, temperature: 40, vibration: 1 }),
        b: assessment({ machine: 'mill', readings: 1, temperature: 80, vibration: 5 }),
      });
      const summary = {
        line: 'north',
        machines: 2,
        readings: 4,
        temperature: 50,
        vibration: 2,
        alarms: [],
        time: '1970-01-01T00:00:00.005Z',
      };
      expectObservable(source$.pipe(summariseLines(5))).toBe('-----s---|', { s: { type: 'summary', ...summary } });
    });
  });

  it('should sum up each line by itself, and the rest at the end', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold<Assessment>('ns-----n--|', {
        n: assessment({ line: 'north' }),
        s: assessment({ line: 'south' }),
      });
      const values = { n: like({ line: 'north', readings: 1 }), s: like({ line: 'south', readings: 1 }) };
      expectObservable(source$.pipe(summariseLines(5))).toBe('-----ns---(n|)', values);
    });
  });

  it('should say what was out of order at the end of the interval', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold<Assessment>('abc-----|', {
        a: assessment({ machine: 'lathe' }, ['temperature']),
        b: assessment({ machine: 'mill' }, ['state']),
        c: assessment({ machine: 'lathe' }, []),
      });
      expectObservable(source$.pipe(summariseLines(5))).toBe('-----s--|', { s: like({ alarms: ['mill state'] }) });
    });
  });

  it('should not count a machine that only said farewell', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold<Assessment>('ab------|', {
        a: assessment({}),
        b: assessment({ machine: 'mill', readings: 0 }),
      });
      expectObservable(source$.pipe(summariseLines(5))).toBe('-----s--|', { s: like({ machines: 1 }) });
    });
  });

  it('should fall silent with its line, and start again with it', () => {
    marbles(({ cold, expectObservable }) => {
      const source$ = cold<Assessment>('a 49ms a 20ms |', { a: assessment({}) });
      expectObservable(source$.pipe(summariseLines(5))).toBe('5ms s 49ms s 15ms |', { s: like({ readings: 1 }) });
    });
  });
});
