import { average, reading } from '../../test/support/samples.js';
import type { Assessment } from './anomaly.js';
import type { Delivery } from './events.js';
import type { Alarm } from './model/alarm.js';
import { Tally } from './tally.js';
import { NEW_WATCH } from './watch.js';

const ALARM: Alarm = {
  type: 'alarm',
  line: 'north',
  machine: 'lathe',
  signal: 'state',
  status: 'raised',
  text: '',
  time: '',
};
const ACKNOWLEDGED: Delivery = { type: 'delivery', payload: ALARM, error: undefined };

function assessment(changes: Partial<Assessment['average']>, alarms: readonly Alarm[] = []): Assessment {
  return {
    type: 'assessment',
    average: average(changes),
    watches: { temperature: NEW_WATCH, vibration: NEW_WATCH },
    active: [],
    alarms,
  };
}

describe('Tally', () => {
  it('should count what comes in, and its order', () => {
    const tally = new Tally();
    tally.add(reading({ seq: 1 }));
    tally.add(reading({ seq: 3 }));
    tally.add(reading({ seq: undefined }));
    tally.add({ type: 'invalid', topic: 'plant/north/lathe/telemetry', reason: 'not JSON' });
    expect(tally).toMatchObject({ received: 4, invalid: 1 });
    expect(tally.sequences.missing).toBe(1);
  });

  it('should count alarms when they are found, and again when they are acknowledged', () => {
    const tally = new Tally();
    tally.add(assessment({}, [ALARM, { ...ALARM, status: 'cleared' }]));
    expect(tally).toMatchObject({ raised: 1, alarms: { published: 2, acknowledged: 0, failed: 0 } });
    tally.add(ACKNOWLEDGED);
    tally.add({ ...ACKNOWLEDGED, error: new Error('refused') as never });
    expect(tally.alarms).toEqual({ published: 2, acknowledged: 1, failed: 1 });
  });

  it('should remember the newest alarms first, and not all of them', () => {
    const tally = new Tally();
    for (let n = 0; n < 100; n++) tally.add(assessment({}, [{ ...ALARM, text: `${n}` }]));
    expect(tally.recent[0]?.text).toBe('99');
    expect(tally.recent).toHaveLength(50);
  });

  it('should list the machines by name, with their last temperatures', () => {
    const tally = new Tally();
    tally.add(assessment({ machine: 'mill', temperature: 60 }));
    tally.add(assessment({ machine: 'lathe' }));
    tally.add(assessment({ machine: 'mill', temperature: 61 }));
    expect(tally.machines(0).map(({ assessment: { average } }) => average.machine)).toEqual(['lathe', 'mill']);
    expect(tally.machines(0)[1]?.temperatures).toEqual([60, 61]);
  });

  it('should forget machines that were not heard of', () => {
    const tally = new Tally();
    tally.add(assessment({ machine: 'mill', time: 1_000 }));
    tally.add(assessment({ machine: 'lathe', time: 2_000 }));
    expect(tally.machines(2_000)).toHaveLength(1);
    expect(tally.machines(0)).toHaveLength(1);
  });
});
