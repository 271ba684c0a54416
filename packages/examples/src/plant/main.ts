/**
 * The main job: a plant publishes telemetry, a pipeline answers with alarms and summaries, and the terminal shows it live.
 *
 *     npm start                                        15 seconds, with a broker of its own
 *     npm start -- --forever --url mqtt://localhost    on another broker, until Ctrl+C
 *     npm start -- --help                              everything else
 */
import { isMqttError } from '@rxmqtt/rx';
import { type EmbeddedBroker, startBroker } from './broker.js';
import { HELP, parseCommand, type RunOptions } from './cli.js';
import { interruptions } from './interruptions.js';
import { joinCommands, withoutPassword } from './join.js';
import { type Clients, drainClients, openClients } from './open-client.js';
import { run } from './run.js';
import { Tally } from './tally.js';
import { plainView } from './view/plain.js';
import { printable } from './view/printable.js';
import { terminalView } from './view/tty.js';
import type { View } from './view/view.js';

async function main(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (command.type === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  if (command.type === 'mistake') return complain(`${command.sentence}; --help lists the options`, 2);

  const { options } = command;
  if (options.url !== undefined) return runOn(options.url, options);
  const broker = await startBroker();
  try {
    return await runOn(broker.url, options, broker);
  } finally {
    await broker.close();
  }
}

async function runOn(url: string, options: RunOptions, broker?: EmbeddedBroker): Promise<number> {
  let clients: Clients;
  try {
    clients = await openClients(url, options.simulate);
  } catch (error) {
    return complainAbout(error, 2);
  }
  try {
    const tally = new Tally();
    const view = viewFor(process.stdout, tally);
    view.note(
      broker === undefined
        ? `the plant is on ${withoutPassword(url)}`
        : `the plant has a broker of its own, on ${broker.url} and ${broker.webSocketUrl}`,
    );
    for (const command of joinCommands(url)) view.note(`join in: ${command}`);
    return await run(clients, options, interruptions(), tally, view);
  } catch (error) {
    return complainAbout(error, 1);
  } finally {
    await drainClients(clients);
  }
}

function viewFor(stdout: NodeJS.WriteStream, tally: Tally): View {
  if (stdout.isTTY && process.env['TERM'] !== 'dumb') return terminalView(stdout, tally);
  return plainView((line) => stdout.write(`${line}\n`), tally);
}

/** What the library reports is for the user; anything else is a bug, and keeps its stack. */
function complainAbout(error: unknown, exitCode: number): number {
  if (!isMqttError(error)) throw error;
  return complain(error.message, exitCode);
}

function complain(sentence: string, exitCode: number): number {
  process.stderr.write(`plant: ${printable(sentence)}${/[.?!]$/.test(sentence) ? '' : '.'}\n`);
  return exitCode;
}

// Whoever read our lines has gone, as `head` does; there is nobody left to work for.
process.stdout.on('error', () => {
  process.exit(1);
});

process.exitCode = await main(process.argv.slice(2));
