import { cases } from './cases/index.mjs';
import { absenceOf } from './runner/absence.mjs';
import { help, parseArguments, selectCases, UsageError } from './runner/arguments.mjs';
import { regressionsOf } from './runner/baseline.mjs';
import { writeChart } from './runner/chart.mjs';
import { describeRun } from './runner/machine.mjs';
import { createProgress } from './runner/progress.mjs';
import { writeReadme } from './runner/readme.mjs';
import { BASELINE, LATEST, mergeResults, readResults, recordOf, writeResults } from './runner/results.mjs';
import { runCase, settingOf } from './runner/run-case.mjs';
import { summarize } from './runner/summary.mjs';
import { tableHeader, tableNotes, tableRows, textTable } from './runner/table.mjs';

const USAGE_ERROR = 2;
const names = cases.map(({ name }) => name);

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else if (options.list) list();
  else await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\nTry npm run bench -- --help\n`);
  process.exitCode = USAGE_ERROR;
}

function list() {
  for (const { name, contestants } of cases) {
    process.stdout.write(`${name}: ${contestants.map((contestant) => contestant.name).join(', ')}\n`);
  }
}

async function run(options) {
  const selected = selectCases(cases, options.case);
  const progress = createProgress(selected.length);
  const baseline = options.check ? readResults(BASELINE) : {};
  const records = {};
  const regressions = [];

  for (const definition of selected) {
    progress.caseStarted(definition);
    const absence = absenceOf(definition.peer ?? {});
    if (absence !== undefined) {
      progress.print(`  skipped: ${absence}`);
      continue;
    }
    let record = await measure(definition, options, progress);
    // The machine has moods: what looks like a regression has to show twice.
    if (regressionsOf(definition.name, record, baseline[definition.name]).length > 0) {
      progress.print('  worse than the baseline; once more');
      record = await measure(definition, options, progress);
    }
    records[definition.name] = record;
    regressions.push(...regressionsOf(definition.name, record, baseline[definition.name]));
  }

  if (options.json !== undefined) writeResults(options.json, records);
  if (options.saveBaseline) mergeResults(BASELINE, records, names);
  if (!options.partial) {
    const latest = mergeResults(LATEST, records, names);
    writeReadme(latest);
    writeChart(latest);
  }
  conclude(options, records, regressions, baseline, progress);
}

async function measure(definition, options, progress) {
  const run = { ...describeRun(definition), rounds: options.rounds, short: options.short };
  const contestants = await runCase(definition, options, progress);
  const rows = summarize(definition, contestants);
  const settings = contestants.map((contestant) => settingOf(definition, contestant, options.short));
  const notes = tableNotes(rows).map((note) => `  · ${note}`);
  progress.caseEnded([textTable(tableHeader(definition), tableRows(definition, rows)), ...notes].join('\n'));
  return recordOf(definition, run, settings, contestants, rows);
}

function conclude(options, records, regressions, baseline, progress) {
  const targets = Object.values(records).flatMap(({ contestants }) => contestants.flatMap((row) => row.targets));
  const met = targets.filter((target) => target.met).length;
  progress.print(`\n${met} of ${targets.length} targets met.`);
  if (!options.check) return;
  const compared = Object.keys(records).filter((name) => name in baseline);
  for (const regression of regressions) progress.print(`WORSE  ${regression}`);
  progress.print(
    `${compared.length} cases compared with the baseline, ${regressions.length} ratios worse by more than 15%.`,
  );
  if (regressions.length > 0 || compared.length === 0) process.exitCode = 1;
}
