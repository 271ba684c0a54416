import { connect, json, type Mqtt, publishTo } from '@rxmqtt/rx';
import { firstValueFrom, from, lastValueFrom, map, toArray } from 'rxjs';
import { startTestBroker, type TestBroker } from './support/broker.js';
import { killPlants, runPlant, totalsOf } from './support/run-plant.js';

let broker: TestBroker;
let visitor: Mqtt;

beforeEach(async () => {
  broker = await startTestBroker();
  visitor = connect(broker.url);
});

afterEach(async () => {
  killPlants();
  await visitor.close();
  await broker.kill();
});

/** Telemetry of one machine, hot in the middle fifth. */
function telemetry(count: number): string[] {
  return Array.from({ length: count }, (_, seq) => {
    const hot = seq >= 0.4 * count && seq < 0.6 * count;
    return JSON.stringify({ temperature: hot ? 120 : 50, vibration: 2, state: 'running', seq });
  });
}

async function publish(payloads: readonly string[], topic = 'plant/north/lathe/telemetry'): Promise<number> {
  const capacity = payloads.length;
  const statuses$ = from(payloads).pipe(
    map((payload) => ({ payload })),
    publishTo(visitor, { topic, qos: 1, capacity }),
  );
  const statuses = await lastValueFrom(statuses$.pipe(toArray()));
  return statuses.filter(({ status }) => status === 'published').length;
}

describe('npm start -- --url', () => {
  it('should take what others publish, complete and in order', async () => {
    const alarms: string[] = [];
    const subscription = visitor
      .observe('plant/{line}/{machine}/alarm', { qos: 1, codec: json<{ status: string }>() })
      .subscribe(({ value }) => alarms.push(value.status));
    const plant = runPlant('--url', broker.url, '--no-simulate', '--count', '5000', '--seconds', '100');
    await plant.printed(/^observing /m);
    expect(await publish(telemetry(5_000))).toBe(5_000);
    expect(await plant.exited).toBe(0);

    expect(totalsOf(plant.stdout())).toMatchObject({
      received: 5_000,
      invalid: 0,
      missing: 0,
      repeated: 0,
      'alarms published': 2,
      'alarms acknowledged': 2,
    });
    expect(alarms).toEqual(['raised', 'cleared']);
    subscription.unsubscribe();

    const summary = await firstValueFrom(
      visitor.observe('plant/north/summary', { qos: 1, codec: json<{ machines: number }>() }),
    );
    expect(summary.retain).toBe(true);
    expect(summary.value.machines).toBe(1);
  });

  it('should count bad payloads, and go on', async () => {
    const plant = runPlant('--url', broker.url, '--no-simulate', '--count', '4', '--seconds', '100');
    await plant.printed(/^observing /m);
    await publish(['{', '"text"', '{"temperature":"hot"}', ...telemetry(1)]);
    expect(await plant.exited).toBe(0);
    expect(totalsOf(plant.stdout())).toMatchObject({ received: 4, invalid: 3 });
    expect(plant.stdout()).toContain('invalid     plant/north/lathe/telemetry: not an object');
  });

  it('should go on by itself when the broker is killed and comes back', async () => {
    const plant = runPlant('--url', broker.url, '--forever');
    for (let round = 1; round <= 3; round++) {
      await plant.printed(new RegExp(`(connected over MQTT[^]*){${round}}telemetry \\d+ \\([1-9]\\d*/s\\)`));
      await broker.kill();
      await plant.printed(new RegExp(`(reconnecting in [^\\n]*; ended by the [^]*){${round}}`));
      await broker.restart();
    }
    await plant.printed(/(connected over MQTT[^]*){4}telemetry \d+ \([1-9]\d*\/s\)/);
    plant.process.kill('SIGINT');
    expect(await plant.exited).toBe(0);
    const totals = totalsOf(plant.stdout());
    expect(totals['alarms acknowledged']).toBe(totals['alarms published']);
  });

  it('should end in time even if the broker does not come back', async () => {
    const plant = runPlant('--url', broker.url, '--forever');
    await plant.printed(/^ +2 s /m);
    await broker.kill();
    await plant.printed(/reconnecting in/);
    plant.process.kill('SIGTERM');
    expect(await plant.exited).toBe(0);
    await broker.restart();
  });
});
