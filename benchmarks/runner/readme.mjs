import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable, tableHeader, tableNotes, tableRows } from './table.mjs';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const BEGIN = '<!-- results: written by npm run bench -->';
const END = '<!-- end of results -->';

/** Writes the tables of all cases into the README, between its markers. */
export function writeReadme(cases) {
  const text = readFileSync(README, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${README} has lost its markers "${BEGIN}" and "${END}".`);
  const sections = Object.entries(cases).map(([name, record]) => section(name, record));
  writeFileSync(README, `${text.slice(0, begin + BEGIN.length)}\n\n${sections.join('\n\n')}\n\n${text.slice(end)}`);
}

function section(name, record) {
  const notes = tableNotes(record.contestants).map((note) => `- ${note}`);
  return [
    `### ${name}`,
    `${sentence(record.title)}\n\`npm run bench -- --case ${name}\``,
    markdownTable(tableHeader(record), tableRows(record, record.contestants)),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    circumstances(record.run),
  ].join('\n\n');
}

function circumstances({ at, machine, versions, commit, rounds }) {
  const packages = Object.entries(versions)
    .filter(([, version]) => version !== undefined)
    .map(([name, version]) => `${name} ${version}`);
  return `_${at.slice(0, 10)}, ${rounds} rounds, ${machine.cores} cores of ${machine.cpu}, load ${machine.loadBefore.toFixed(1)} before; ${packages.join(', ')}; commit ${commit ?? 'none yet'}._`;
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
