import type { MachineRow } from '../tally.js';
import { fit } from './columns.js';
import type { Paint } from './paint.js';
import { sparkline } from './sparkline.js';

/** What the other columns take: 12 + 14 + 7 + 16 + 6 + 9, and three gaps. */
const WIDTH_BEFORE_FINDINGS = 70;

/** The machines, one a line, in at most `height` lines, the heading included. If not all fit, those out of order come first. */
export function machineTable(machines: readonly MachineRow[], width: number, height: number, paint: Paint): string[] {
  const heading = `${fit('line', 12)}${fit('machine', 14)}${fit('°C', 7, 'right')}  ${fit('', 16)}  ${fit('mm/s', 6, 'right')}  ${fit('state', 9)}out of order`;
  const room = Math.max(0, height - 1);
  const shown = machines.length <= room ? machines : troubledFirst(machines).slice(0, Math.max(0, room - 1));
  const hidden = machines.length - shown.length;
  return [
    paint('dim', fit(heading, width)),
    ...shown.map((row) => machineLine(row, width, paint)),
    ...(hidden > 0 && room > 0 ? [paint('dim', fit(`… and ${hidden} more`, width))] : []),
  ];
}

function troubledFirst(machines: readonly MachineRow[]): readonly MachineRow[] {
  const troubled = ({ assessment }: MachineRow) => assessment.active.length > 0;
  return [...machines.filter(troubled), ...machines.filter((row) => !troubled(row))];
}

function machineLine(
  { assessment: { average, active }, temperatures }: MachineRow,
  width: number,
  paint: Paint,
): string {
  const { line, machine, temperature, vibration, state } = average;
  const marked = (signal: (typeof active)[number], text: string) =>
    active.includes(signal) ? paint('red', text) : text;
  return [
    paint('dim', fit(line, 12)),
    fit(machine, 14),
    marked('temperature', fit(temperature.toFixed(1), 7, 'right')),
    '  ',
    paint(active.includes('temperature') ? 'red' : 'cyan', fit(sparkline(temperatures, 10), 16)),
    '  ',
    marked('vibration', fit(vibration.toFixed(2), 6, 'right')),
    '  ',
    marked('state', fit(state, 9)),
    paint('red', fit(active.join(', '), Math.max(0, width - WIDTH_BEFORE_FINDINGS))),
  ].join('');
}
