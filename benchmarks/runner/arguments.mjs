import { parseArgs } from 'node:util';

const DEFAULT_ROUNDS = 7;
const SHORT_ROUNDS = 2;

export const help = `Usage: npm run bench -- [options]

Runs every case with all its contestants in turn (A B C A B C ...), each in a process of its own.

  --case NAME          only this case, or those whose names begin so; may be repeated
  --contestant NAME    only this contestant; may be repeated (such a run is not written to the README)
  --rounds N           counted rounds, after one that warms up; default ${DEFAULT_ROUNDS}, very slow rivals in every third one only
                       unless this option is given
  --short              fewer messages and ${SHORT_ROUNDS} rounds: a quick look, never written to the README
  --json FILE          also write this run's results to FILE
  --profile DIR        write CPU profiles of what is measured to DIR; not written to the README
  --check              compare ratios with results/baseline.json and fail when one is more than 15% worse
  --save-baseline      make this run the baseline of its cases
  --list               list the cases and their contestants
  --help               this text
`;

const OPTIONS = {
  case: { type: 'string', multiple: true },
  contestant: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  short: { type: 'boolean', default: false },
  json: { type: 'string' },
  profile: { type: 'string' },
  check: { type: 'boolean', default: false },
  'save-baseline': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** The command line asks for what there is not; the message is for the user. */
export class UsageError extends Error {}

/** Reads the command line. */
export function parseArguments(args) {
  const values = read(args);
  const rounds = Number(values.rounds ?? (values.short ? SHORT_ROUNDS : DEFAULT_ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds wants a whole number from 1, not "${values.rounds}"`);
  const partial = values.short || values.contestant !== undefined || values.profile !== undefined;
  if (partial && (values.check || values['save-baseline'])) {
    throw new UsageError(
      'A baseline is compared or saved with whole cases only: without --short, --contestant and --profile.',
    );
  }
  return {
    ...values,
    rounds,
    everyRound: values.rounds !== undefined,
    only: values.contestant,
    saveBaseline: values['save-baseline'],
    partial,
  };
}

/** The cases that the command line asks for: the one of that name, or else all that begin with it. */
export function selectCases(cases, wanted) {
  if (wanted === undefined) return cases;
  const selected = wanted.flatMap((name) => {
    const exact = cases.filter((definition) => definition.name === name);
    const found = exact.length > 0 ? exact : cases.filter((definition) => definition.name.startsWith(name));
    if (found.length === 0) throw new UsageError(`No case begins with "${name}"; --list shows them.`);
    return found;
  });
  return cases.filter((definition) => selected.includes(definition));
}

function read(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
}
