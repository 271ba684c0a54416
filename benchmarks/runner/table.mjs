import { formatCount, formatRate, formatRatio, threeDigits } from './format.mjs';

const VERDICTS = new Map([
  [true, 'met'],
  [false, 'MISSED'],
  [undefined, 'not measured'],
]);

/** The header of a case's table. */
export function tableHeader({ unit, reference }) {
  return [
    'contestant',
    `${unit} (min–max)`,
    `× ${reference} (min–max)`,
    'CPU µs/msg',
    'went through',
    'target',
    'verdict',
  ];
}

/** The cells of a case's table, a row for each contestant. */
export function tableRows({ reference }, rows) {
  const referenceCpu = rows.find((row) => row.name === reference)?.cpuMicros?.median;
  return rows.map((row) => {
    const { name, value, cpuMicros, ratio, targets } = row;
    return [
      name,
      value === undefined ? '–' : range(formatRate, value),
      ratio === undefined ? '–' : range(formatRatio, ratio),
      cpuMicros === undefined ? '–' : cpuCell(cpuMicros.median, referenceCpu),
      wentThrough(row),
      targets.map((target) => target.text).join(', '),
      targets.map(verdictOf).join(', '),
    ];
  });
}

function range(format, { median, min, max }) {
  return `${format(median)} (${format(min)}–${format(max)})`;
}

/** CPU time depends less on what else the machine does: the second opinion to the ratio of rates. */
function cpuCell(micros, reference) {
  if (reference === undefined) return threeDigits(micros);
  const part = micros < reference ? `1/${threeDigits(reference / micros)}` : formatRatio(micros / reference);
  return `${threeDigits(micros)} (${part})`;
}

/** What there is to say about a case's rows that does not fit into a cell. */
export function tableNotes(rows) {
  const most = Math.max(...rows.map((row) => row.rounds));
  return rows.flatMap(({ name, rounds, troubles }) => [
    ...(rounds > 0 && rounds < most ? [`${name}: ${rounds} of ${most} rounds`] : []),
    ...troubles.map((trouble) => `${name}: ${trouble}`),
  ]);
}

function wentThrough({ complete, succeeded, expected }) {
  if (expected === undefined) return 'failed';
  if (complete) return `all ${formatCount(expected)}`;
  return `${formatCount(succeeded)} of ${formatCount(expected)}`;
}

function verdictOf({ met, ratio }) {
  const verdict = VERDICTS.get(met);
  return ratio === undefined ? verdict : `${verdict} (${formatRatio(ratio)})`;
}

/** A table for a terminal. */
export function textTable(header, rows) {
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The same table in Markdown. */
export function markdownTable(header, rows) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
