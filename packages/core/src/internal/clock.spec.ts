import { systemClock } from './clock.js';

describe('systemClock', () => {
  it('does not jump with the time of day', () => {
    const before = systemClock.now();
    const wall = jest.spyOn(Date, 'now');
    for (const jump of [3_600_000, -3_600_000]) {
      wall.mockReturnValue(Date.now() + jump);
      expect(systemClock.now() - before).toBeGreaterThanOrEqual(0);
      expect(systemClock.now() - before).toBeLessThan(60_000);
    }
    wall.mockRestore();
  });

  it('runs deferred work behind the current work and before any timer', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(() => {
        order.push('timer');
        resolve();
      }, 0);
      systemClock.defer(() => order.push('deferred'));
      order.push('current');
    });
    expect(order).toEqual(['current', 'deferred', 'timer']);
  });

  it('honours fake timers that are set up later, and takes timers back', () => {
    jest.useFakeTimers();
    const calls: string[] = [];
    systemClock.setTimeout(() => calls.push('kept'), 1_000);
    const timer = systemClock.setTimeout(() => calls.push('taken back'), 500);
    systemClock.clearTimeout(timer);
    jest.advanceTimersByTime(1_000);
    systemClock.clearTimeout(timer);
    jest.useRealTimers();
    expect(calls).toEqual(['kept']);
  });
});
