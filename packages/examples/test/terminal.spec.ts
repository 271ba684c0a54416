import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const MAIN = resolve(__dirname, '../dist/plant/main.js');
const CTRL_C = '\u0003';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

let terminal: ChildProcess;
afterEach(() => {
  terminal.kill('SIGKILL');
});

/** Runs `main` in a terminal of its own, which `script` of util-linux makes, and presses Ctrl+C at some point. */
async function pressCtrlC(when: RegExp, ...args: readonly string[]): Promise<{ exitCode: number; screen: string }> {
  const command = `stty cols 100 rows 40; exec ${[process.execPath, MAIN, ...args].join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm-256color' } });
  terminal = child;
  let screen = '';
  let pressed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (pressed || !when.test(screen)) return;
    pressed = true;
    child.stdin.write(CTRL_C);
  });
  const exitCode = await new Promise<number>((resolveExit) => child.once('close', (code) => resolveExit(code ?? -1)));
  return { exitCode, screen };
}

describe('npm start in a terminal', () => {
  it('should draw a live picture, and leave the terminal as it was on Ctrl+C', async () => {
    const { exitCode, screen } = await pressCtrlC(/casting.*furnace-1.*▁▁▁/, '--forever');
    expect(exitCode).toBe(0);
    expect(screen).toMatch(/● *(\u001b\[\d+m)* *connected over MQTT/);
    expect(screen).toMatch(/^telemetry \d+ received, .* 0 missing, 0 repeated/m);
    expect(screen).toContain(HIDE_CURSOR);
    expect(screen.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(screen.lastIndexOf(HIDE_CURSOR));
  });
});
