import { formatCount, formatRatio, formatValue, threeDigits } from './format.mjs';
import { measuresOf } from './measures.mjs';

const VERDICTS = new Map([
  [true, 'met'],
  [false, 'MISSED'],
  [undefined, 'not measured'],
]);

/** The header of a case's table. Contestants that have references of their own share its column. */
export function tableHeader(definition) {
  const [{ unit, better }, ...more] = measuresOf(definition);
  return [
    'contestant',
    `${unit}${better === 'lower' ? ', less is better' : ''} (min–max)`,
    ...(hasRatios(definition) ? [`× ${definition.reference ?? 'its reference'} (min–max)`] : []),
    ...more.map((measure) => measure.unit),
    'went through',
    'target',
    'verdict',
  ];
}

/** The cells of a case's table, a row for each contestant. */
export function tableRows(definition, rows) {
  const [{ unit }, ...more] = measuresOf(definition);
  const byName = new Map(rows.map((row) => [row.name, row]));
  return rows.map((row) => {
    const { name, value, ratio, targets } = row;
    const reference = byName.get(row.reference ?? definition.reference);
    return [
      name,
      value === undefined ? '–' : range((one) => formatValue(one, unit), value),
      ...(hasRatios(definition) ? [ratio === undefined ? '–' : range(formatRatio, ratio)] : []),
      ...more.map((measure) => furtherCell(measure, row, reference)),
      wentThrough(row),
      targets.map((target) => target.text).join(', '),
      targets.map(verdictOf).join(', '),
    ];
  });
}

function hasRatios({ reference, contestants = [] }) {
  return reference !== undefined || contestants.some((contestant) => contestant.reference !== undefined);
}

function range(format, { median, min, max }) {
  return `${format(median)} (${format(min)}–${format(max)})`;
}

/** A further measure, and what part of the reference's it is: of CPU time, the second opinion to the ratio of rates. */
function furtherCell({ name, unit }, row, reference) {
  const [value, other] = [row[name]?.median, reference?.[name]?.median];
  if (value === undefined) return '–';
  const text = formatValue(value, unit);
  if (!(value > 0 && other > 0)) return text;
  return `${text} (${value < other ? `1/${threeDigits(other / value)}` : formatRatio(value / other)})`;
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

function verdictOf({ met, figure }) {
  const verdict = VERDICTS.get(met);
  return figure === undefined ? verdict : `${verdict} (${figure})`;
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
