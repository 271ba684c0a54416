import type { PublishOutcome } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { Inbox, openConnection } from './support/open.js';
import { seeded } from './support/seeded.js';
import { SessionBroker } from './support/session-broker.js';
import type { Cut, HandshakeCut } from './support/session-broker.js';
import { nextTurn, within } from './support/within.js';

/*
 * The connection is cut at every packet of an exchange, before and after the packet takes effect: 12 packets (six messages
 * at QoS 1, three at QoS 2), both moments, both QoS, both directions, session kept and lost: 192 runs. The seed varies what
 * is around them: the window, the pace of the broker, payloads, and a second cut soon after the first.
 *
 * Then the same with a cut within a handshake besides: at CONNECT, CONNACK, SUBSCRIBE and SUBACK of the first connection, and
 * of the second.
 */

leavesNothingBehind();

const STEPS = 12;
/** Enough to see what is wrong. */
const MOST_PROBLEMS = 5;
const SEEDS = [1, 2, 3];

interface Run {
  readonly qos: 1 | 2;
  readonly session: 'kept' | 'lost';
  readonly cuts: readonly Cut[];
  readonly handshakeCut?: HandshakeCut;
  readonly random: () => number;
}

const combinations = ([1, 2] as const).flatMap((qos) =>
  (['kept', 'lost'] as const).flatMap((session) => SEEDS.map((seed) => ({ qos, session, seed }))),
);

describe('cut at every packet', () => {
  test.each(combinations)(
    'outgoing messages survive (QoS $qos, session $session, seed $seed)',
    async ({ qos, session, seed }) => {
      expect(await runAll({ qos, session, seed }, runOutgoing)).toEqual([]);
    },
  );

  test.each(combinations)(
    'incoming messages survive (QoS $qos, session $session, seed $seed)',
    async ({ qos, session, seed }) => {
      expect(await runAll({ qos, session, seed }, runIncoming)).toEqual([]);
    },
  );
});

describe('cut within a handshake', () => {
  test.each(combinations)(
    'outgoing messages survive (QoS $qos, session $session, seed $seed)',
    async ({ qos, session, seed }) => {
      expect(await runHandshakes({ qos, session, seed }, ['connect', 'connack'], runOutgoing)).toEqual([]);
    },
  );

  test.each(combinations)(
    'incoming messages survive (QoS $qos, session $session, seed $seed)',
    async ({ qos, session, seed }) => {
      const packets = ['connect', 'connack', 'subscribe', 'suback'] as const;
      expect(await runHandshakes({ qos, session, seed }, packets, runIncoming)).toEqual([]);
    },
  );
});

/** Runs one combination with a cut at each packet of each handshake and one anywhere, and returns what went wrong. */
async function runHandshakes(
  { qos, session, seed }: { qos: 1 | 2; session: 'kept' | 'lost'; seed: number },
  packets: readonly HandshakeCut['packet'][],
  run: (run: Run) => Promise<string[]>,
): Promise<string[]> {
  const random = seeded(seed * 7_919);
  const problems: string[] = [];
  for (const connection of [0, 1]) {
    for (const packet of packets) {
      for (const when of ['before', 'after'] as const) {
        const cuts: Cut[] = [{ step: Math.floor(random() * STEPS), when: random() < 0.5 ? 'before' : 'after' }];
        const found = await run({ qos, session, cuts, handshakeCut: { connection, packet, when }, random });
        problems.push(...found.map((problem) => `${when} ${packet} of connection ${String(connection)}: ${problem}`));
        if (problems.length >= MOST_PROBLEMS) return problems;
      }
    }
  }
  return problems;
}

/** Runs one combination with a cut at each place, and returns what went wrong. */
async function runAll(
  { qos, session, seed }: { qos: 1 | 2; session: 'kept' | 'lost'; seed: number },
  run: (run: Run) => Promise<string[]>,
): Promise<string[]> {
  const problems: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    for (const when of ['before', 'after'] as const) {
      if (problems.length >= MOST_PROBLEMS) return problems;
      const random = seeded(seed * 1_000 + step * 2 + (when === 'after' ? 1 : 0));
      const cuts: Cut[] = [{ step, when }];
      if (random() < 0.5)
        cuts.push({ step: step + 1 + Math.floor(random() * 6), when: random() < 0.5 ? 'before' : 'after' });
      const found = await run({ qos, session, cuts, random });
      problems.push(
        ...found.map(
          (problem) => `${cuts.map((cut) => `${cut.when} step ${String(cut.step)}`).join(' and ')}: ${problem}`,
        ),
      );
    }
  }
  return problems;
}

async function runOutgoing({ qos, session, cuts, handshakeCut, random }: Run): Promise<string[]> {
  const model = await SessionBroker.start({
    cuts,
    session,
    pace: pace(random),
    ...(handshakeCut === undefined ? {} : { handshakeCut }),
  });
  const connection = await openConnection(model.broker.url, {
    clientId: 'c',
    protocolVersion: random() < 0.5 ? 5 : 4,
    session: { clean: false },
    publish: { window: [1, 2, 20][Math.floor(random() * 3)] ?? 20 },
  });
  const texts = Array.from(
    { length: qos === 1 ? 6 : 3 },
    (_, i) => `m${String(i)}${'.'.repeat(Math.floor(random() * 200))}`,
  );
  const outcomes: PublishOutcome[][] = texts.map(() => []);
  const publications = texts.map((text, i) => {
    const publication = connection.publish('out', text, { qos });
    publication.onSettled((outcome) => outcomes[i]?.push(outcome));
    return publication;
  });
  const problems: string[] = [];
  const settled = Promise.all(
    publications.map((each) =>
      each.then(
        () => undefined,
        () => undefined,
      ),
    ),
  );
  await within(settled, 3_000, 'all settle').catch((error: unknown) => problems.push(String(error)));

  outcomes.forEach((each, i) => {
    const [outcome] = each;
    if (each.length !== 1) problems.push(`m${String(i)} settled ${String(each.length)} times`);
    else if (outcome?.status === 'failed' && !mayBeUnknown(outcome))
      problems.push(`m${String(i)} failed: ${String(outcome.error)}`);
  });
  const firsts = [...new Set(model.applied)];
  if (firsts.join() !== texts.join()) problems.push(`the broker received ${short(firsts)}`);
  if (qos === 2 && session === 'kept' && model.applied.length !== texts.length)
    problems.push(`doubled: ${short(model.applied)}`);
  await connection.close();
  return report(problems, model);

  function mayBeUnknown({ error }: Extract<PublishOutcome, { status: 'failed' }>): boolean {
    return qos === 2 && session === 'lost' && error.code === 'ERR_MQTT_UNKNOWN_OUTCOME';
  }
}

async function runIncoming({ qos, session, cuts, handshakeCut, random }: Run): Promise<string[]> {
  const model = await SessionBroker.start({
    cuts,
    session,
    pace: pace(random),
    ...(handshakeCut === undefined ? {} : { handshakeCut }),
  });
  const total = qos === 1 ? 6 : 3;
  // A session that is lost takes along what was on its way. The next one brings other messages with the same identifiers.
  const rounds: string[][] = [];
  model.onSubscribed = (peer) => {
    const round = String(rounds.length + 1);
    const texts = Array.from(
      { length: total },
      (_, i) => `r${round}m${String(i)}${'.'.repeat(Math.floor(random() * 200))}`,
    );
    rounds.push(texts);
    model.deliver(peer, texts, qos);
  };

  const connection = await openConnection(model.broker.url, {
    clientId: 'c',
    protocolVersion: random() < 0.5 ? 5 : 4,
    session: { clean: false },
  });
  const slow = random() < 0.5;
  const inbox = new Inbox(connection, 'in', { qos }, () => (slow ? nextTurn() : undefined));
  const isComplete = (): boolean =>
    model.idle && model.isStocked && (rounds.at(-1) ?? []).every((text) => inbox.texts.includes(text));
  const problems: string[] = [];
  await model.broker.until(isComplete, 'the last round is received and acknowledged', 3_000).catch((error: unknown) => {
    problems.push(String(error));
  });

  const firsts = [...new Set(inbox.texts)];
  const inOrder = rounds.flat().filter((text) => firsts.includes(text));
  if (firsts.join() !== inOrder.join()) problems.push(`out of order: ${short(firsts)}`);
  if (qos === 2 && firsts.length !== inbox.texts.length) problems.push(`doubled: ${short(inbox.texts)}`);
  if (inbox.errors.length > 0) problems.push(`the subscription failed: ${String(inbox.errors[0])}`);
  await connection.close();
  return report(problems, model);
}

/** How fast the broker answers: at once, or in a later turn. */
function pace(random: () => number): (answer: () => void) => void {
  const lateness = Math.floor(random() * 3);
  return (answer) => {
    if (lateness === 0) answer();
    else if (lateness === 1) setImmediate(answer);
    else setTimeout(answer, 1);
  };
}

/** The problems, and what led to them. */
function report(problems: readonly string[], model: SessionBroker): string[] {
  const all = [...problems, ...model.faults];
  if (model.cutsMade === 0) all.push('the connection was never cut');
  return all.length === 0
    ? []
    : [`${all.join('; ')} [${model.steps.map((step) => step.replace(/\.+$/, '')).join(', ')}]`];
}

/** Texts without their padding. */
function short(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/\.+$/, '')).join(' ');
}
