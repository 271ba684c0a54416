import { average, reading } from '../../../test/support/samples.js';
import { Tally } from '../tally.js';
import { NEW_WATCH } from '../watch.js';
import { frame, type FrameFacts } from './frame.js';
import type { Paint } from './paint.js';

const FACTS: FrameFacts = {
  now: 0,
  turn: 0,
  elapsed: 12_300,
  state: { type: 'closed' },
  rate: 298,
  rates: [280, 298],
  columns: 100,
  rows: 30,
};
const plainly: Paint = (_, text) => text;

function busy(machines: number): Tally {
  const tally = new Tally();
  tally.add(reading());
  for (let n = 0; n < machines; n++) {
    tally.add({
      type: 'assessment',
      average: average({ machine: `m${n}`, temperature: 96 }),
      watches: { temperature: NEW_WATCH, vibration: NEW_WATCH },
      active: ['temperature'],
      alarms: [
        {
          type: 'alarm',
          line: 'north',
          machine: `m${n}`,
          signal: 'temperature',
          status: 'raised',
          text: `text ${n}`,
          time: '2026-01-01T12:03:11.000Z',
        },
      ],
    });
  }
  return tally;
}

describe('frame', () => {
  it('should show rates, machines and alarms', () => {
    const picture = frame(busy(1), FACTS, plainly);
    expect(picture).toContain('1 received, 298/s');
    expect(picture).toMatch(/north +m0 +96\.0 .* 2\.00 +running +temperature/);
    expect(picture).toContain('1 published, 0 acknowledged; machines out of order: 1');
    expect(picture).toMatch(/12:03:11 +raised +north\/m0 +text 0/);
    expect(picture).toMatch(/rxmqtt plant .*closed .*12 s/);
  });

  it.each([
    [0, 80, 24],
    [3, 80, 24],
    [12, 100, 30],
    [300, 120, 50],
    [300, 80, 18],
    [12, 200, 60],
    [12, 40, 20],
  ])('should fit %d machines into %d columns and %d rows', (machines, columns, rows) => {
    const lines = frame(busy(machines), { ...FACTS, columns, rows }, plainly).split('\n');
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThan(Math.max(columns, 72));
  });

  it('should leave room for alarms, and say how many machines are hidden', () => {
    const picture = frame(busy(300), { ...FACTS, rows: 24 }, plainly);
    expect(picture).toMatch(/… and \d+ more/);
    expect(picture).toContain('text 299');
  });

  it('should not let a topic steer the terminal', () => {
    const tally = busy(0);
    tally.add({
      type: 'assessment',
      average: average({ machine: '\u001b[2Jx' }),
      watches: { temperature: NEW_WATCH, vibration: NEW_WATCH },
      active: [],
      alarms: [],
    });
    expect(frame(tally, FACTS, plainly)).not.toContain('\u001b');
  });
});
