import { json, type Mqtt, publishTo } from '@rxmqtt/rx';
import { connect, debounceTime, filter, groupBy, map, merge, mergeMap, type Observable, take, takeUntil } from 'rxjs';
import { assess, type Assessment } from './anomaly.js';
import { averageOver, type WindowSize } from './averages.js';
import { alarmMessage, type Outgoing, type PlantEvent, summaryMessage, toDelivery } from './events.js';
import { TELEMETRY } from './model/topics.js';
import { isReading, readTelemetry } from './read-telemetry.js';
import { summariseLines } from './summary.js';

export interface PipelineOptions {
  /** How many readings of a machine make an average. */
  readonly window: WindowSize;
  /** Milliseconds after which a machine that says nothing is forgotten. */
  readonly silence: number;
  /** Milliseconds between the summaries of a line. */
  readonly summaryEvery: number;
  /** Ends after so many messages. */
  readonly count: number;
  /** Ends when this emits: what has arrived is finished and published first. */
  readonly stop$: Observable<unknown>;
}

/**
 * Telemetry in, alarms and summaries out; everything that happens on the way is emitted. Cold. Survives reconnects: telemetry
 * goes on arriving by itself, and what is published meanwhile waits. Completes when all that was published has its answer.
 */
export function plantPipeline(mqtt: Mqtt, options: PipelineOptions): Observable<PlantEvent> {
  const { window, silence, summaryEvery, count, stop$ } = options;

  return mqtt.observe(TELEMETRY, { qos: 1 }).pipe(
    take(count),
    takeUntil(stop$),
    map(readTelemetry),
    connect((arrivals$) => {
      const assessments$ = arrivals$.pipe(
        filter(isReading),
        groupBy(({ line, machine }) => `${line}/${machine}`, {
          duration: (machine$) => machine$.pipe(debounceTime(silence)),
        }),
        mergeMap((machine$) => machine$.pipe(averageOver(window), assess())),
      );
      return merge(arrivals$, assessments$.pipe(connect((shared$) => merge(shared$, publish(shared$)))));
    }),
  );

  function publish(assessments$: Observable<Assessment>): Observable<PlantEvent> {
    const alarms$ = assessments$.pipe(
      mergeMap(({ alarms }) => alarms),
      map(alarmMessage),
    );
    const summaries$ = assessments$.pipe(summariseLines(summaryEvery), map(summaryMessage));
    return merge(alarms$, summaries$).pipe(publishTo(mqtt, { qos: 1, codec: json<Outgoing>() }), map(toDelivery));
  }
}
