import type { Wire } from '../wire/wire.js';
import { Pressure } from './pressure.js';

function subject() {
  const log: string[] = [];
  const state = { answersDue: false };
  const wire = { pause: () => log.push('pause'), resume: () => log.push('resume') } as unknown as Wire;
  return { pressure: new Pressure(() => state.answersDue), wire, log, state };
}

describe('Pressure', () => {
  it('pauses the socket while anybody has as much as may wait, and no longer', () => {
    const { pressure, wire, log } = subject();
    pressure.connected(wire);
    pressure.change(true);
    pressure.change(true);
    pressure.change(false);
    expect(log).toEqual(['pause']);
    expect(pressure.isPaused).toBe(true);
    pressure.change(false);
    expect(log).toEqual(['pause', 'resume']);
    expect(pressure.isPaused).toBe(false);
  });

  it('reads on while answers are due to us, which may be behind what is not read', () => {
    const { pressure, wire, log, state } = subject();
    pressure.connected(wire);
    state.answersDue = true;
    pressure.change(true);
    expect(log).toEqual([]);
    state.answersDue = false;
    pressure.update();
    expect(log).toEqual(['pause']);
    state.answersDue = true;
    pressure.update();
    expect(log).toEqual(['pause', 'resume']);
  });

  it('begins with a new connection where the old one has ended', () => {
    const { pressure, wire, log } = subject();
    pressure.connected(wire);
    pressure.change(true);
    pressure.disconnected();
    expect(pressure.isPaused).toBe(false);
    pressure.change(true);
    expect(log).toEqual(['pause']);
    pressure.connected(wire);
    expect(log).toEqual(['pause', 'pause']);
    pressure.change(false);
    pressure.change(false);
    expect(log.at(-1)).toBe('resume');
  });
});
