import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const SAMPLING_MICROS = 200;

/** Profiles what a stopwatch measures and nothing else: no start-up, no warm-up. Chrome and VS Code open the file. */
export function createProfiler(folder, name) {
  const session = new Session();
  // Within one thread the inspector answers before post() returns.
  const post = (method, parameters) => {
    let answer;
    session.post(method, parameters, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  };
  session.connect();
  post('Profiler.enable');
  post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
  return {
    start: () => {
      post('Profiler.start');
    },
    stop: () => {
      const { profile } = post('Profiler.stop');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}-${process.pid}.cpuprofile`), JSON.stringify(profile));
    },
  };
}
