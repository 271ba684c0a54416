import { formatValue } from './format.mjs';

/** Shows what is running: one line that is redrawn on a terminal, one line per round elsewhere. */
export function createProgress(totalCases, stream = process.stdout) {
  const startedAt = Date.now();
  let caseNumber = 0;
  let latest = [];

  const redraw = (text) => {
    if (!stream.isTTY) return;
    stream.cursorTo(0);
    stream.write(text.slice(0, stream.columns - 1));
    stream.clearLine(1);
  };
  const print = (text) => {
    redraw('');
    stream.write(`${text}\n`);
  };
  const elapsed = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };

  return {
    print,
    caseStarted({ name, title }) {
      caseNumber++;
      print(`\n[${caseNumber}/${totalCases}] ${name}: ${title}`);
    },
    skipped(definition, contestant, why) {
      print(`  ${contestant.name} skipped: ${why}`);
    },
    running(definition, contestant, round, rounds) {
      const where = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
      redraw(`  ${elapsed()}  ${where}  ${bar(round, rounds)}  ${contestant.name} …  ${latest.join('  ')}`);
    },
    sampled(definition, contestant, round, sample) {
      latest = latest.filter((text) => !text.startsWith(`${contestant.name} `));
      latest.push(
        `${contestant.name} ${sample.failure === undefined ? formatValue(sample.value, definition.unit) : 'failed'}`,
      );
    },
    roundEnded(round) {
      if (!stream.isTTY) print(`  ${elapsed()}  ${round === 0 ? 'warm-up' : `round ${round}`}: ${latest.join('  ')}`);
    },
    caseEnded(text) {
      latest = [];
      print(text);
    },
  };
}

function bar(done, total) {
  const WIDTH = 14;
  const filled = Math.round((done / total) * WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
}
