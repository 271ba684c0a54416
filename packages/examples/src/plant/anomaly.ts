import { connect, merge, mergeMap, of, type Observable, type OperatorFunction, scan, takeLast } from 'rxjs';
import type { Average } from './averages.js';
import type { Alarm, Signal } from './model/alarm.js';
import { follow, isRaised, type Limits, NEW_WATCH, usualDeviation, type Watch } from './watch.js';

/** What is measured; `state` is told. */
type Quantity = Exclude<Signal, 'state'>;

/** A window of one machine, and what to think of it. */
export interface Assessment {
  readonly type: 'assessment';
  readonly average: Average;
  readonly watches: Readonly<Record<Quantity, Watch>>;
  /** What is out of order now. */
  readonly active: readonly Signal[];
  /** What went out of order with this window, or came into order. */
  readonly alarms: readonly Alarm[];
}

/** Limits for degrees Celsius and millimetres per second. */
export const LIMITS: Readonly<Record<Quantity, Limits>> = {
  temperature: { raiseAbove: 90, clearBelow: 85, leastDeviation: 1 },
  vibration: { raiseAbove: 10, clearBelow: 9, leastDeviation: 0.3 },
};

const UNITS: Readonly<Record<Quantity, string>> = { temperature: '°C', vibration: 'mm/s' };

/** Finds anomalies in the averages of one machine. What is still out of order when they end leaves as `unwatched`. */
export function assess(): OperatorFunction<Average, Assessment> {
  return (averages$) =>
    averages$.pipe(
      scan<Average, Assessment, undefined>(assessNext, undefined),
      connect((assessments$) => merge(assessments$, assessments$.pipe(takeLast(1), mergeMap(farewell)))),
    );
}

interface Finding {
  readonly signal: Signal;
  readonly out: boolean;
  readonly text: string;
}

function assessNext(last: Assessment | undefined, average: Average): Assessment {
  const before = last?.watches ?? { temperature: NEW_WATCH, vibration: NEW_WATCH };
  const watches = {
    temperature: follow(before.temperature, average.temperature, LIMITS.temperature),
    vibration: follow(before.vibration, average.vibration, LIMITS.vibration),
  };
  const findings = [
    measured('temperature', average.temperature, before.temperature, watches.temperature),
    measured('vibration', average.vibration, before.vibration, watches.vibration),
    told(average),
  ];
  const wasActive = last?.active ?? [];
  return {
    type: 'assessment',
    average,
    watches,
    active: findings.filter(({ out }) => out).map(({ signal }) => signal),
    alarms: findings
      .filter(({ signal, out }) => out !== wasActive.includes(signal))
      .map(({ signal, out, text }) => alarm(average, signal, out ? 'raised' : 'cleared', text)),
  };
}

function farewell({ average, watches, active }: Assessment): Observable<Assessment> {
  const alarms = active.map((signal) => alarm(average, signal, 'unwatched', `${signal} is no longer watched`));
  return active.length === 0
    ? of()
    : of({ type: 'assessment', average: { ...average, readings: 0 }, watches, active: [], alarms });
}

function measured(quantity: Quantity, value: number, before: Watch, after: Watch): Finding {
  const { raiseAbove } = LIMITS[quantity];
  const show = (amount: number) => `${amount.toFixed(1)} ${UNITS[quantity]}`;
  const usual = `${before.mean.toFixed(1)} ± ${show(usualDeviation(before, LIMITS[quantity]))}`;
  const excess = value > raiseAbove ? `is above ${show(raiseAbove)}` : `is far from the usual ${usual}`;
  const out = isRaised(after);
  return { signal: quantity, out, text: `${quantity} ${show(value)} ${out ? excess : 'is in order again'}` };
}

function told({ state }: Average): Finding {
  const out = state === 'fault';
  return { signal: 'state', out, text: out ? 'reports a fault' : `is ${state} again` };
}

function alarm({ line, machine, time }: Average, signal: Signal, status: Alarm['status'], text: string): Alarm {
  return { type: 'alarm', line, machine, signal, status, text, time: new Date(time).toISOString() };
}
