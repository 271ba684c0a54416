import { average, reading } from '../../../test/support/samples.js';
import type { PlantEvent } from '../events.js';
import { Tally } from '../tally.js';
import { NEW_WATCH } from '../watch.js';
import { plainView } from './plain.js';
import { totals } from './totals.js';

function shown(...events: readonly PlantEvent[]): string[] {
  const lines: string[] = [];
  const tally = new Tally();
  const view = plainView((line) => lines.push(line), tally);
  for (const event of events) {
    tally.add(event);
    view.show(event);
  }
  view.close();
  return lines;
}

const ALARM = {
  type: 'alarm',
  line: 'north',
  machine: 'lathe',
  signal: 'state',
  status: 'raised',
  text: 'reports a fault',
  time: '',
} as const;

describe('plainView', () => {
  it('should print alarms and bad payloads, and no readings', () => {
    const watches = { temperature: NEW_WATCH, vibration: NEW_WATCH };
    const lines = shown(
      reading(),
      { type: 'assessment', average: average(), watches, active: ['state'], alarms: [ALARM] },
      { type: 'invalid', topic: 'plant/a/b/telemetry', reason: 'not an object' },
    );
    expect(lines).toEqual([
      'alarm       raised    north/lathe reports a fault',
      'invalid     plant/a/b/telemetry: not an object',
    ]);
  });

  it('should not be flooded by bad payloads', () => {
    const bad: PlantEvent = { type: 'invalid', topic: 't', reason: 'r' };
    expect(shown(...Array<PlantEvent>(1_000).fill(bad)).length).toBeLessThan(10);
  });

  it('should keep to one line whatever a payload says', () => {
    expect(shown({ type: 'invalid', topic: 'plant/a\u001b[2J/b/telemetry', reason: 'two\nlines' })).toEqual([
      'invalid     plant/a/b/telemetry: two�lines',
    ]);
  });

  it('should sum up once a second', () => {
    jest.useFakeTimers();
    const lines: string[] = [];
    const tally = new Tally();
    const view = plainView((line) => lines.push(line), tally);
    for (let second = 1; second <= 2; second++) {
      for (let n = 0; n < 100 * second; n++) tally.add(reading({ seq: undefined }));
      jest.advanceTimersByTime(1_000);
    }
    view.close();
    jest.advanceTimersByTime(5_000);
    jest.useRealTimers();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('telemetry 300 (200/s), invalid 0');
  });
});

describe('totals', () => {
  it('should be readable by programs', () => {
    const tally = new Tally();
    for (const seq of [1, 2, 4]) tally.add(reading({ seq }));
    tally.add({ type: 'delivery', payload: ALARM, error: undefined });
    tally.alarms = { ...tally.alarms, published: 1 };
    expect(totals(tally)).toEqual([
      'telemetry 3 received, 0 invalid, 1 missing, 0 repeated, alarms 1 published, 1 acknowledged, summaries 0 published, 0 acknowledged',
      'order: north/lathe 1 missing, 0 repeated',
    ]);
  });
});
