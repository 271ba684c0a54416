import { asyncScheduler, bufferTime, filter, map, type OperatorFunction, pipe } from 'rxjs';
import type { MachineState, Reading } from './model/telemetry.js';

/** How many readings make an average: those of `time` milliseconds, `count` at most. */
export interface WindowSize {
  readonly time: number;
  readonly count: number;
}

/** What a machine did during one window. */
export interface Average {
  readonly line: string;
  readonly machine: string;
  /** How many readings there were. */
  readonly readings: number;
  /** Mean, in degrees Celsius. */
  readonly temperature: number;
  /** Mean, in millimetres per second. */
  readonly vibration: number;
  /** `fault` if any reading said so, otherwise what the last one said. */
  readonly state: MachineState;
  /** When the window ended, in milliseconds since 1970. */
  readonly time: number;
}

/** Averages the readings of one machine, window by window. A window ends early when it is full, and is skipped when it is empty. */
export function averageOver({ time, count }: WindowSize): OperatorFunction<Reading, Average> {
  return pipe(
    bufferTime<Reading>(time, null, count),
    filter((readings) => readings.length > 0),
    map((readings) => averageOf(readings)),
  );
}

/** The average of at least one reading. */
export function averageOf(readings: readonly Reading[]): Average {
  const last = readings.at(-1);
  if (last === undefined) throw new RangeError('there is no average of nothing');
  const { line, machine, state } = last;
  return {
    line,
    machine,
    readings: readings.length,
    temperature: mean(readings, (reading) => reading.temperature),
    vibration: mean(readings, (reading) => reading.vibration),
    state: readings.some((reading) => reading.state === 'fault') ? 'fault' : state,
    // The scheduler's clock, which is virtual in marble tests.
    time: asyncScheduler.now(),
  };
}

function mean(readings: readonly Reading[], value: (reading: Reading) => number): number {
  return readings.reduce((sum, reading) => sum + value(reading), 0) / readings.length;
}
