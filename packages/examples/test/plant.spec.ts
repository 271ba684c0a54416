import { killPlants, runPlant, totalsOf } from './support/run-plant.js';

// Each test runs the compiled program: `nx test examples` builds it first.
afterEach(killPlants);

describe('npm start', () => {
  it('should show telemetry flowing in and alarms going out', async () => {
    // Alarms begin after some 1,000 messages, which come in four seconds where the machine is quick.
    const plant = runPlant('--count', '1600');
    expect(await plant.exited).toBe(0);

    const stdout = plant.stdout();
    expect(plant.stderr()).toBe('');
    expect(stdout).toMatch(/on mqtt:\/\/127\.0\.0\.1:\d+ and ws:\/\/127\.0\.0\.1:\d+$/m);
    expect(stdout).toMatch(/^join in: mosquitto_sub -h 127\.0\.0\.1 -p \d+ /m);
    expect(stdout).toMatch(/^join in: mosquitto_pub -h 127\.0\.0\.1 -p \d+ /m);
    expect(stdout).toMatch(/^ +3 s +telemetry \d+ \(\d+\/s\)/m);
    expect(stdout).toMatch(/^alarm +raised /m);

    const totals = totalsOf(stdout);
    expect(totals).toMatchObject({ received: 1_600, missing: 0, repeated: 0 });
    expect(totals['invalid']).toBeGreaterThan(0);
    expect(totals['alarms published']).toBeGreaterThan(0);
    expect(totals['alarms acknowledged']).toBe(totals['alarms published']);
    expect(totals['summaries published']).toBeGreaterThan(0);
    expect(totals['summaries acknowledged']).toBe(totals['summaries published']);
  });

  it('should end by itself after so many seconds, when all that was sent has arrived', async () => {
    const plant = runPlant('--seconds', '1');
    expect(await plant.exited).toBe(0);
    const { received } = totalsOf(plant.stdout());
    expect(received).toBeGreaterThan(0);
    expect(plant.stdout()).toContain(`simulated ${received} acknowledged, 0 failed`);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('should finish what it has begun on %s', async (signal) => {
    const plant = runPlant('--forever');
    await plant.printed(/^ +2 s /m);
    plant.process.kill(signal);
    expect(await plant.exited).toBe(0);
    const { received } = totalsOf(plant.stdout());
    expect(plant.stdout()).toContain(`simulated ${received} acknowledged, 0 failed`);
  });

  it('should stop after so many messages', async () => {
    const plant = runPlant('--count', '200');
    expect(await plant.exited).toBe(0);
    expect(totalsOf(plant.stdout())).toMatchObject({ received: 200, missing: 0, repeated: 0 });
  });

  it('should say with its exit code that too few messages came', async () => {
    const plant = runPlant('--count', '1', '--seconds', '0.5', '--no-simulate');
    expect(await plant.exited).toBe(1);
    expect(totalsOf(plant.stdout())['received']).toBe(0);
  });
});
