import { type Mqtt, publishTo } from '@rxmqtt/rx';
import { interval, map, mergeMap, type Observable, scan, takeUntil } from 'rxjs';
import { simulatedPlant } from './plant.js';

/** What became of the telemetry sent so far. */
export interface Simulated {
  readonly acknowledged: number;
  readonly failed: number;
}

/** Milliseconds between two messages of one machine. */
const PERIOD = 40;

/** Publishes the telemetry of the simulated plant until `stop$` emits, and completes when all of it is answered. */
export function simulate(mqtt: Mqtt, seed: number, stop$: Observable<unknown>): Observable<Simulated> {
  const plant = simulatedPlant(seed);
  return interval(PERIOD).pipe(
    takeUntil(stop$),
    mergeMap((round) => plant(round * PERIOD)),
    publishTo(mqtt, { qos: 1 }),
    map(({ status }) => (status === 'published' ? { acknowledged: 1, failed: 0 } : { acknowledged: 0, failed: 1 })),
    scan((sum, one) => ({ acknowledged: sum.acknowledged + one.acknowledged, failed: sum.failed + one.failed })),
  );
}
