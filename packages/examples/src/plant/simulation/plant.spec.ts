import { validateTelemetry } from '../model/telemetry.js';
import { faultPlan, ongoingFaults } from './faults.js';
import { MACHINES } from './machines.js';
import { type SimulatedMessage, simulatedPlant } from './plant.js';
import { noise, seededRandom } from './random.js';

const PERIOD = 40;

function run(seed: number, milliseconds: number): SimulatedMessage[] {
  const plant = simulatedPlant(seed);
  return Array.from({ length: milliseconds / PERIOD }, (_, round) => plant(round * PERIOD)).flat();
}

describe('seededRandom', () => {
  it('should repeat itself with the same seed, and only then', () => {
    const numbers = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
  });

  it('should spread evenly from 0 to below 1, and noise around 0', () => {
    const random = seededRandom(3);
    const mean = (next: () => number) =>
      Array.from({ length: 10_000 }, next).reduce((sum, value) => sum + value, 0) / 10_000;
    expect(mean(random)).toBeCloseTo(0.5, 1);
    expect(mean(() => noise(random))).toBeCloseTo(0, 1);
  });
});

describe('faultPlan', () => {
  it.each([1, 2, 3, 4, 5, 42, 1_000_000])(
    'should have several faults within 15 seconds, whatever the seed (%d)',
    (seed) => {
      const plan = faultPlan(seededRandom(seed), MACHINES.length);
      const faults = Array.from({ length: 5 }, () => plan.next().value);
      expect(faults.every(({ from, to }) => from >= 3_000 && from < 13_000 && to > from)).toBe(true);
    },
  );
});

describe('ongoingFaults', () => {
  it('should begin and end with the plan', () => {
    const fault = (from: number, to: number) => ({ kind: 'shaking', machine: 0, from, to }) as const;
    const plan = (function* () {
      yield fault(10, 30);
      yield fault(20, 40);
      for (;;) yield fault(1_000, 1_001);
    })();
    const ongoing = ongoingFaults(plan as ReturnType<typeof faultPlan>);
    expect([0, 10, 25, 30, 40].map((now) => ongoing(now).length)).toEqual([0, 1, 2, 1, 0]);
  });
});

describe('simulatedPlant', () => {
  it('should do the same with the same seed, and something else with another', () => {
    expect(run(1, 2_000)).toEqual(run(1, 2_000));
    expect(run(1, 2_000)).not.toEqual(run(2, 2_000));
  });

  it('should number the telemetry of each machine without a gap', () => {
    const numbers = run(1, 2_000)
      .filter(({ topic, payload }) => topic === 'plant/casting/furnace-1/telemetry' && payload.endsWith('}'))
      .map(({ payload }) => validateTelemetry(JSON.parse(payload)).seq);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, round) => round));
  });

  it('should send a little garbage', () => {
    const messages = run(1, 15_000);
    const garbage = messages.filter(({ payload }) => !payload.endsWith('}'));
    expect(garbage.length).toBeGreaterThan(0);
    expect(garbage.length).toBeLessThan(messages.length / 100);
  });
});
