import {
  concat,
  defer,
  delay,
  filter,
  ignoreElements,
  lastValueFrom,
  merge,
  NEVER,
  type Observable,
  startWith,
  Subject,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { RunOptions } from './cli.js';
import type { PlantEvent } from './events.js';
import { granted } from './granted.js';
import { TELEMETRY } from './model/topics.js';
import type { Clients } from './open-client.js';
import { plantPipeline } from './pipeline.js';
import { simulate } from './simulation/simulator.js';
import type { Tally } from './tally.js';
import { totals } from './view/totals.js';
import type { View } from './view/view.js';

/** An average takes half a second, or 25 readings when there are more; a machine is forgotten after three seconds. */
const PIPELINE = { window: { time: 500, count: 25 }, silence: 3_000, summaryEvery: 1_000 };
/** Milliseconds after which a broker that does not answer no longer keeps a run from ending. */
const GRACE = 4_000;

/**
 * Runs the pipeline until it is told to stop, time is up, or enough has come; then lets it finish what it has begun.
 * @returns the exit code.
 */
export async function run(
  clients: Clients,
  options: RunOptions,
  interrupted$: Observable<unknown>,
  tally: Tally,
  view: View,
): Promise<number> {
  const stop$ = new Subject<unknown>();
  const timeUp$ = Number.isFinite(options.seconds) ? timer(options.seconds * 1_000) : NEVER;
  const stopping = merge(interrupted$, timeUp$).pipe(take(1)).subscribe(stop$);
  const states = clients.pipeline.state$.subscribe((state) => {
    view.show({ type: 'connection', state });
  });
  let simulated = { acknowledged: 0, failed: 0 };
  const news$ = new Subject<PlantEvent>();
  const allArrived$ = defer(() =>
    news$.pipe(
      startWith(undefined),
      filter(() => tally.received >= simulated.acknowledged),
    ),
  );

  // The simulator stops first, so that everything it sent is counted.
  const lastTelemetry$ =
    clients.simulator === undefined
      ? stop$
      : concat(
          simulate(clients.simulator, options.seed, stop$).pipe(
            tap((sums) => (simulated = sums)),
            ignoreElements(),
          ),
          allArrived$,
        );
  const events$ = plantPipeline(clients.pipeline, { ...PIPELINE, count: options.count, stop$: lastTelemetry$ }).pipe(
    takeUntil(stop$.pipe(delay(GRACE))),
    tap((event) => {
      tally.add(event);
      view.show(event);
      news$.next(event);
    }),
  );

  try {
    const finished = lastValueFrom(events$, { defaultValue: undefined });
    const observing = () => {
      view.note(`observing   ${TELEMETRY}`);
    };
    // If the broker refuses, the pipeline fails with the same error.
    granted(clients.pipeline, TELEMETRY).then(observing, () => undefined);
    await finished;
  } finally {
    stopping.unsubscribe();
    states.unsubscribe();
    view.close();
    if (clients.simulator !== undefined)
      view.note(`simulated ${simulated.acknowledged} acknowledged, ${simulated.failed} failed`);
    for (const line of totals(tally)) view.note(line);
  }
  return Number.isFinite(options.count) && tally.received < options.count ? 1 : 0;
}
