import {
  asyncScheduler,
  debounceTime,
  filter,
  groupBy,
  map,
  mergeMap,
  type OperatorFunction,
  pipe,
  reduce,
  windowTime,
} from 'rxjs';
import type { Assessment } from './anomaly.js';

/** The payload of `plant/{line}/summary`: what a line did during one interval. */
export interface LineSummary {
  readonly type: 'summary';
  readonly line: string;
  /** How many machines were heard of. */
  readonly machines: number;
  /** How many readings there were. Over all summaries of a line they add up to its telemetry. */
  readonly readings: number;
  /** Mean, in degrees Celsius. */
  readonly temperature: number;
  /** Mean, in millimetres per second. */
  readonly vibration: number;
  /** What was out of order at the end, such as `furnace-1 temperature`. */
  readonly alarms: readonly string[];
  /** ISO 8601. */
  readonly time: string;
}

/** Sums up each line every so many milliseconds, and once more at the end. A line where nothing happens has no summary. */
export function summariseLines(every: number): OperatorFunction<Assessment, LineSummary> {
  return pipe(
    groupBy(({ average }: Assessment) => average.line, { duration: (line$) => line$.pipe(debounceTime(2 * every)) }),
    mergeMap((line$) =>
      line$.pipe(
        windowTime(every),
        mergeMap((window$) => window$.pipe(summarise(line$.key))),
      ),
    ),
  );
}

interface Sums {
  readings: number;
  temperature: number;
  vibration: number;
  readonly active: Map<string, readonly string[]>;
}

// Sums and not a list of assessments: what an interval holds does not grow with the rate.
function summarise(line: string): OperatorFunction<Assessment, LineSummary> {
  return pipe(
    reduce((sums: Sums | undefined, assessment: Assessment) => add(sums ?? nothing(), assessment), undefined),
    filter((sums) => sums !== undefined),
    filter(({ readings }) => readings > 0),
    map((sums) => summaryOf(line, sums)),
  );
}

function nothing(): Sums {
  return { readings: 0, temperature: 0, vibration: 0, active: new Map() };
}

function add(sums: Sums, { average, active }: Assessment): Sums {
  const { machine, readings } = average;
  // The farewell of a machine that fell silent has no readings.
  if (readings === 0) {
    sums.active.delete(machine);
    return sums;
  }
  sums.readings += readings;
  sums.temperature += readings * average.temperature;
  sums.vibration += readings * average.vibration;
  sums.active.set(
    machine,
    active.map((signal) => `${machine} ${signal}`),
  );
  return sums;
}

function summaryOf(line: string, { readings, temperature, vibration, active }: Sums): LineSummary {
  return {
    type: 'summary',
    line,
    machines: active.size,
    readings,
    temperature: temperature / readings,
    vibration: vibration / readings,
    alarms: [...active.values()].flat(),
    time: new Date(asyncScheduler.now()).toISOString(),
  };
}
