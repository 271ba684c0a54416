import { from, lastValueFrom, toArray } from 'rxjs';
import { average, marbles } from '../../test/support/samples.js';
import { assess, type Assessment } from './anomaly.js';
import type { Average } from './averages.js';

async function alarmsOf(...averages: readonly Partial<Average>[]): Promise<string[]> {
  const assessments = await lastValueFrom(from(averages.map(average)).pipe(assess(), toArray()));
  return assessments.flatMap(({ alarms }) => alarms).map(({ status, text }) => `${status}: ${text}`);
}

const NORMAL = Array<Partial<Average>>(6).fill({});

describe('assess', () => {
  it('should find nothing where nothing is wrong', async () => {
    expect(await alarmsOf(...NORMAL)).toEqual([]);
  });

  it('should raise once, and clear once', async () => {
    expect(
      await alarmsOf({}, { temperature: 96.44 }, { temperature: 97 }, { temperature: 86 }, { temperature: 50 }),
    ).toEqual(['raised: temperature 96.4 °C is above 90.0 °C', 'cleared: temperature 50.0 °C is in order again']);
  });

  it('should say what is usual when that is the reason', async () => {
    expect(await alarmsOf(...NORMAL, { vibration: 5 }, {})).toEqual([
      'raised: vibration 5.0 mm/s is far from the usual 2.0 ± 0.3 mm/s',
      'cleared: vibration 2.0 mm/s is in order again',
    ]);
  });

  it('should believe a machine that reports a fault', async () => {
    expect(await alarmsOf({ state: 'fault' }, { state: 'fault' }, { state: 'idle' })).toEqual([
      'raised: reports a fault',
      'cleared: is idle again',
    ]);
  });

  it('should keep the signals apart', async () => {
    expect(
      await alarmsOf({ temperature: 95, vibration: 11 }, { vibration: 11 }, { temperature: 50, vibration: 2 }),
    ).toEqual([
      'raised: temperature 95.0 °C is above 90.0 °C',
      'raised: vibration 11.0 mm/s is above 10.0 mm/s',
      'cleared: temperature 50.0 °C is in order again',
      'cleared: vibration 2.0 mm/s is in order again',
    ]);
  });

  it('should let go of what is still raised when the machine falls silent', async () => {
    expect(await alarmsOf({ temperature: 95, state: 'fault' })).toEqual([
      'raised: temperature 95.0 °C is above 90.0 °C',
      'raised: reports a fault',
      'unwatched: temperature is no longer watched',
      'unwatched: state is no longer watched',
    ]);
  });

  it('should name machine and time in the alarm', async () => {
    const [assessment] = await lastValueFrom(
      from([average({ state: 'fault', time: 1_000 })]).pipe(assess(), toArray()),
    );
    expect(assessment?.alarms).toEqual([
      {
        type: 'alarm',
        line: 'north',
        machine: 'lathe',
        signal: 'state',
        status: 'raised',
        text: 'reports a fault',
        time: '1970-01-01T00:00:01.000Z',
      },
    ]);
  });

  it('should emit one assessment per window, and a farewell only if one is due', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const values = { a: average(), f: average({ state: 'fault' }) };
      const averages$ = cold<Average>('a--f--|', values);
      const active = (signals: readonly string[]) =>
        expect.objectContaining<Partial<Assessment>>({ active: signals as never }) as unknown;
      expectObservable(averages$.pipe(assess())).toBe('a--f--(e|)', {
        a: active([]),
        f: active(['state']),
        e: active([]),
      });
      expectSubscriptions(averages$.subscriptions).toBe('^-----!');
    });
  });

  it('should start anew with each subscriber, and pass errors on', () => {
    marbles(({ cold, expectObservable }) => {
      const assessed$ = cold<Average>('f-#', { f: average({ state: 'fault' }) }).pipe(assess());
      const raised = expect.objectContaining({ alarms: [expect.objectContaining({ status: 'raised' })] }) as unknown;
      expectObservable(assessed$).toBe('r-#', { r: raised });
      expectObservable(assessed$, '---^').toBe('---r-#', { r: raised });
    });
  });
});
