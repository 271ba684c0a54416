import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatRatio, formatValue } from './format.mjs';

const CHART = fileURLToPath(new URL('../results/chart.svg', import.meta.url));
const WIDTH = 860;
const LABEL = 130;
const BAR = 470;
const ROW = 20;
const TITLE = 30;
const GAP = 18;
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .ours { fill: #b7178c; } .rival { fill: #8c959f; } .limit { fill: #d0d7de; } .spread { stroke: #57606a; }
  .page { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .page { fill: #0d1117; } .limit { fill: #30363d; } .spread { stroke: #e6edf3; }
  }`;

/** Draws a bar for the median of each contestant, a thin line for its spread; each case has a scale of its own. */
export function writeChart(cases) {
  let top = GAP;
  const parts = [];
  for (const [name, record] of Object.entries(cases)) {
    const rows = record.contestants.filter((row) => row.value !== undefined);
    parts.push(`<text class="title" x="${GAP}" y="${top + 14}">${escape(title(name, record))}</text>`);
    const most = Math.max(Number.MIN_VALUE, ...rows.map((row) => row.value.max));
    rows.forEach((row, index) => parts.push(bar(row, record.unit, top + TITLE - 6 + index * ROW, BAR / most)));
    top += TITLE + rows.length * ROW + GAP;
  }
  writeFileSync(
    CHART,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="Benchmark results">
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${top}"/>
${parts.join('\n')}
</svg>
`,
  );
}

function title(name, { unit, better, reference }) {
  const compared = reference === undefined ? '' : `, × ${reference}`;
  return `${name} · ${unit}${better === 'lower' ? ' (shorter is better)' : ''}${compared}`;
}

function bar({ name, ours, value, ratio }, unit, y, scale) {
  const kind = ours ? 'ours' : name === 'limit' ? 'limit' : 'rival';
  const x = (one) => (GAP + LABEL + Math.max(0, one) * scale).toFixed(1);
  const middle = y + ROW / 2 - 2;
  const text = [formatValue(value.median, unit), ...(ratio === undefined ? [] : [formatRatio(ratio.median)])].join(
    ' · ',
  );
  return [
    `<text x="${GAP}" y="${y + 12}">${escape(name)}</text>`,
    `<rect class="${kind}" x="${GAP + LABEL}" y="${y}" width="${Math.max(1, value.median * scale).toFixed(1)}" height="${ROW - 5}" rx="2"/>`,
    `<line class="spread" x1="${x(value.min)}" x2="${x(value.max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${GAP + LABEL + BAR + 12}" y="${y + 12}">${text}</text>`,
  ].join('\n');
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
