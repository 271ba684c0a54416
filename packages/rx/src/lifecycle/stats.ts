import type { Connection, ConnectionStats } from '@rxmqtt/core';
import { type Observable, interval, map, startWith } from 'rxjs';
import { check, client, duration, fields } from '../internal/rules.js';
import { untilEnd } from './until-end.js';

/** How often {@link sampleStats} looks. */
export interface SampleStatsOptions {
  /** Milliseconds between two looks. Defaults to 1,000. */
  readonly interval?: number;
}

const OPTIONS = fields<SampleStatsOptions>({ interval: duration });

/**
 * The figures of a connection: now, and each `interval`.
 *
 * Cold: every observer has a timer of its own, none while nobody observes · does not open the connection · goes on through
 * reconnects · completes when the connection has ended for good, never errors.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * sampleStats(mqtt, { interval: 10_000 }).subscribe(({ queues, drops }) => report(queues.outbox, drops.out));
 * ```
 */
export function sampleStats(
  mqtt: { readonly connection: Connection },
  options: SampleStatsOptions = {},
): Observable<ConnectionStats> {
  check(['mqtt', mqtt, client], ['', options, OPTIONS]);
  const { connection } = mqtt;
  const { interval: period = DEFAULT_INTERVAL } = options;
  const looks$ = interval(period).pipe(
    startWith(0),
    map(() => connection.stats()),
  );
  return untilEnd(connection, looks$);
}

const DEFAULT_INTERVAL = 1_000;
