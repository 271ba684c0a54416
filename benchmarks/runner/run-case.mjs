import { absenceOf } from './absence.mjs';
import { PeerProcess } from './peer-process.mjs';
import { runContestant } from './run-contestant.mjs';

const DEFAULT_DEADLINE_SECONDS = 60;

/**
 * Runs a case: one round that warms up, then the counted ones, the contestants in turn within each round so that the
 * machine's moods meet them all alike. A contestant that is very slow takes part in every third round only, unless
 * `everyRound` is set.
 * @param progress told about every step: `skipped`, `running`, `sampled`, `roundEnded`.
 * @returns per contestant its name and samples, those that are absent left out.
 */
export async function runCase(definition, { rounds, everyRound, short, profile, only }, progress) {
  const peer = definition.peer === undefined ? undefined : await PeerProcess.start(definition.peer.name);
  try {
    const contestants = [];
    for (const contestant of definition.contestants) {
      if (only !== undefined && !only.includes(contestant.name)) continue;
      const absence = absenceOf(contestant);
      if (absence === undefined) contestants.push({ ...contestant, samples: [] });
      else progress.skipped(definition, contestant, absence);
    }
    for (let round = 0; round <= rounds; round++) {
      for (const contestant of contestants) {
        if (contestant.everyThirdRound && !everyRound && round % 3 !== 1) continue;
        progress.running(definition, contestant, round, rounds);
        const sample = await measureOnce(definition, contestant, peer, { short, profile });
        if (round > 0) contestant.samples.push({ round, ...sample });
        progress.sampled(definition, contestant, round, sample);
      }
      progress.roundEnded(round);
    }
    return contestants;
  } finally {
    await peer?.stop();
  }
}

/** What a contestant of a case is set to, without the port. */
export function settingOf(definition, contestant, short) {
  return {
    ...definition.setting,
    ...definition.volume[short ? 'short' : 'full'],
    ...contestant.setting,
    ...contestant.volume?.[short ? 'short' : 'full'],
  };
}

async function measureOnce(definition, contestant, peer, { short, profile }) {
  const setting = settingOf(definition, contestant, short);
  if (peer !== undefined) {
    const { warmup = 0, messages = 0 } = setting;
    await peer.prepare({ ...definition.peer.order, ...definition.orderOf?.(setting), total: warmup + messages });
    setting.port = peer.port;
    setting.url = `${definition.peer.protocol ?? 'mqtt'}://127.0.0.1:${peer.port}`;
  }
  const sample = await runContestant({
    role: definition.role,
    contestant: contestant.module,
    name: `${definition.name}-${contestant.name}`,
    setting,
    peer,
    deadlineSeconds: contestant.deadlineSeconds ?? definition.deadlineSeconds ?? DEFAULT_DEADLINE_SECONDS,
    profile,
    python: contestant.python !== undefined,
    nodeOptions: definition.nodeOptions,
  });
  // A role measures several things; the case says which of them it is about.
  return definition.value === undefined ? sample : { ...sample, value: sample[definition.value] };
}
