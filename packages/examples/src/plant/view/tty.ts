import { createLogUpdate } from 'log-update';
import { interval } from 'rxjs';
import type { ConnectionEvent } from '../events.js';
import type { Tally } from '../tally.js';
import { frame } from './frame.js';
import { paintFor } from './paint.js';
import { printable } from './printable.js';
import { RateMeter } from './rate-meter.js';
import type { View } from './view.js';

const REDRAW = 100;
const LEAST_ROWS = 22;

/** A live picture for terminals, redrawn in place. */
export function terminalView(terminal: NodeJS.WriteStream, tally: Tally): View {
  const draw = createLogUpdate(terminal);
  const paint = paintFor(terminal);
  const meter = new RateMeter(30);
  const start = Date.now();
  let state: ConnectionEvent['state'] = { type: 'idle' };
  let open = true;
  let noted = 0;
  let turn = 0;

  const redraw = (): void => {
    const now = Date.now();
    meter.sample(now, tally.received);
    const { columns } = terminal;
    // What was noted stays in sight above the picture, unless the terminal is too small for both.
    const rows = Math.max(LEAST_ROWS, terminal.rows - noted);
    turn++;
    const facts = {
      now,
      turn,
      elapsed: now - start,
      state,
      rate: meter.perSecond,
      rates: meter.history,
      columns,
      rows,
    };
    draw(frame(tally, facts, paint));
  };
  const redraws = interval(REDRAW).subscribe(redraw);

  return {
    note: (text) => {
      const line = printable(text);
      noted += Math.max(1, Math.ceil(line.length / terminal.columns));
      if (open) draw.persist(line);
      else terminal.write(`${line}\n`);
    },
    show: (event) => {
      if (event.type === 'connection') state = event.state;
    },
    close: () => {
      open = false;
      redraws.unsubscribe();
      redraw();
      draw.done();
    },
  };
}
