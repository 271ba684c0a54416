import type { ConnectionState } from '@rxmqtt/rx';
import type { Alarm } from '../model/alarm.js';
import type { Tally } from '../tally.js';
import { fit } from './columns.js';
import { machineTable } from './machine-table.js';
import type { Paint, Style } from './paint.js';
import { sparkline } from './sparkline.js';
import { stateText } from './state-text.js';

/** What a frame shows besides the tally. */
export interface FrameFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Counts the pictures. */
  readonly turn: number;
  /** Milliseconds since the start. */
  readonly elapsed: number;
  readonly state: ConnectionState;
  readonly rate: number;
  readonly rates: readonly number[];
  readonly columns: number;
  readonly rows: number;
}

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** Lines that are always there: header, four of numbers, two headings, three empty ones. */
const FIXED = 10;
const LEAST_ALARMS = 4;
/** A machine that has been silent for so many milliseconds is not shown. */
const SILENT = 3_000;

/** One picture of the pipeline, which fits the terminal. */
export function frame(tally: Tally, facts: FrameFacts, paint: Paint): string {
  const width = Math.min(facts.columns, 120) - 1;
  const machines = tally.machines(facts.now - SILENT);
  const table = machineTable(machines, width, Math.max(2, facts.rows - FIXED - LEAST_ALARMS), paint);
  const outOfOrder = machines.filter(({ assessment }) => assessment.active.length > 0).length;
  const lines = [
    header(facts, width, paint),
    '',
    ...numbers(tally, facts, outOfOrder, width, paint),
    '',
    ...table,
    '',
    paint('dim', fit('alarms, newest first', width)),
    ...tally.recent.map((alarm) => alarmLine(alarm, width, paint)),
  ];
  return lines.slice(0, Math.max(1, facts.rows - 1)).join('\n');
}

function header({ turn, elapsed, state }: FrameFacts, width: number, paint: Paint): string {
  // Besides showing life, it makes every picture differ in its first line: then log-update 7 redraws all of it. Its patches of
  // single lines go wrong when the number of lines has changed.
  const spinner = SPINNER.charAt(turn % SPINNER.length);
  const time = `${(elapsed / 1_000).toFixed(0)} s`;
  const title = 'rxmqtt plant';
  const room = Math.max(0, width - title.length - time.length - 8);
  const standing = `${paint(stateStyle(state), '●')} ${fit(stateText(state), room)}`;
  return `${paint('cyan', spinner)} ${paint('bold', title)}  ${standing}  ${paint('dim', time)}`;
}

function stateStyle({ type }: ConnectionState): Style {
  if (type === 'connected') return 'green';
  return type === 'failed' || type === 'closed' ? 'red' : 'yellow';
}

function numbers(tally: Tally, facts: FrameFacts, outOfOrder: number, width: number, paint: Paint): string[] {
  const { received, invalid, sequences, alarms, summaries } = tally;
  const row = (name: string, text: string, style?: Style) => {
    const value = fit(text, Math.max(0, width - 12));
    return `${paint('dim', fit(name, 12))}${style === undefined ? value : paint(style, value)}`;
  };
  const bad = invalid + sequences.missing + sequences.repeated;
  return [
    row('telemetry', `${received} received, ${facts.rate}/s  ${sparkline(facts.rates, 10, 0)}`, 'bold'),
    row(
      '',
      `${invalid} invalid, ${sequences.missing} missing, ${sequences.repeated} repeated`,
      bad > 0 ? 'yellow' : 'green',
    ),
    row(
      'alarms',
      `${alarms.published} published, ${alarms.acknowledged} acknowledged; machines out of order: ${outOfOrder}`,
      outOfOrder > 0 ? 'red' : 'green',
    ),
    row('summaries', `${summaries.published} published, ${summaries.acknowledged} acknowledged`),
  ];
}

const ALARM_STYLES: Readonly<Record<Alarm['status'], Style>> = { raised: 'red', cleared: 'green', unwatched: 'yellow' };

function alarmLine({ line, machine, status, text, time }: Alarm, width: number, paint: Paint): string {
  return [
    paint('dim', time.slice(11, 19)),
    paint(ALARM_STYLES[status], fit(status, 9)),
    fit(`${line}/${machine}`, 20),
    fit(text, Math.max(0, width - 43)),
  ].join('  ');
}
