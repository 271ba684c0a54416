import { interval } from 'rxjs';
import type { Alarm } from '../model/alarm.js';
import type { Tally } from '../tally.js';
import { printable } from './printable.js';
import { stateText } from './state-text.js';
import type { View } from './view.js';

/** Bad payloads and failed publications are shown one by one up to this number, and only counted from then on. */
const SHOWN = 3;

/** Lines for logs and pipes: one a second, one for each alarm, one for each change of the connection. */
export function plainView(write: (line: string) => void, tally: Tally): View {
  let seconds = 0;
  let before = 0;
  const note = (text: string): void => {
    write(printable(text));
  };
  const ticks = interval(1_000).subscribe(() => {
    seconds++;
    note(progress(seconds, tally, tally.received - before));
    before = tally.received;
  });

  return {
    note,
    show: (event) => {
      switch (event.type) {
        case 'assessment':
          for (const alarm of event.alarms) note(alarmLine(alarm));
          return;
        case 'connection':
          note(`connection  ${stateText(event.state)}`);
          return;
        case 'invalid':
          if (tally.invalid <= SHOWN) note(`invalid     ${event.topic}: ${event.reason}`);
          return;
        case 'delivery':
          if (event.error !== undefined && tally.alarms.failed + tally.summaries.failed <= SHOWN)
            note(`unpublished ${event.payload.type}: ${event.error.message}`);
          return;
        case 'reading':
      }
    },
    close: () => {
      ticks.unsubscribe();
    },
  };
}

function progress(seconds: number, tally: Tally, rate: number): string {
  const { received, invalid, alarms } = tally;
  const machines = tally.machines(Date.now() - 3_000).length;
  return (
    `${String(seconds).padStart(4)} s      telemetry ${received} (${rate}/s), invalid ${invalid}, ` +
    `machines ${machines}, alarms ${alarms.published} published, ${alarms.acknowledged} acknowledged`
  );
}

function alarmLine({ line, machine, status, text }: Alarm): string {
  return `alarm       ${status.padEnd(9)} ${line}/${machine} ${text}`;
}
