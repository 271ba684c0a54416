import { RateMeter } from './rate-meter.js';

describe('RateMeter', () => {
  it('should know nothing at first', () => {
    const meter = new RateMeter(3);
    expect(meter.perSecond).toBe(0);
    meter.sample(0, 100);
    expect(meter.perSecond).toBe(0);
  });

  it('should look at the last second only', () => {
    const meter = new RateMeter(3);
    for (let time = 0; time <= 1_000; time += 100) meter.sample(time, time);
    expect(meter.perSecond).toBe(1_000);
    for (let time = 1_100; time <= 2_000; time += 100) meter.sample(time, 1_000);
    expect(meter.perSecond).toBe(0);
  });

  it('should keep the rates of the last seconds', () => {
    const meter = new RateMeter(3);
    for (let time = 0; time <= 5_000; time += 100) meter.sample(time, time / 10);
    expect(meter.history).toEqual([100, 100, 100]);
  });
});
