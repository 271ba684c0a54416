import { TestScheduler } from 'rxjs/testing';
import type { Average } from '../../src/plant/averages.js';
import type { Reading } from '../../src/plant/model/telemetry.js';

/** A reading in which nothing is wrong, apart from what the test says. */
export function reading(changes: Partial<Reading> = {}): Reading {
  return {
    type: 'reading',
    line: 'north',
    machine: 'lathe',
    temperature: 50,
    vibration: 2,
    state: 'running',
    seq: 0,
    ...changes,
  };
}

/** An average in which nothing is wrong, apart from what the test says. */
export function average(changes: Partial<Average> = {}): Average {
  return {
    line: 'north',
    machine: 'lathe',
    readings: 1,
    temperature: 50,
    vibration: 2,
    state: 'running',
    time: 0,
    ...changes,
  };
}

/** Runs a marble test in virtual time. */
export function marbles(test: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(test);
}
