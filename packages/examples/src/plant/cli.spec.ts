import { parseCommand } from './cli.js';

describe('parseCommand', () => {
  it('should run for fifteen seconds with a broker of its own by default', () => {
    expect(parseCommand([])).toEqual({
      type: 'run',
      options: { url: undefined, seconds: 15, count: Infinity, simulate: true, seed: 1 },
    });
  });

  it('should take every option', () => {
    const args = ['--url', 'ws://broker:8080', '--seconds', '2.5', '--count=10000', '--no-simulate', '--seed', '42'];
    expect(parseCommand(args)).toEqual({
      type: 'run',
      options: { url: 'ws://broker:8080', seconds: 2.5, count: 10_000, simulate: false, seed: 42 },
    });
  });

  it.each([[['--forever']], [['--count', '5']]])('should not stop by itself with %p', (args) => {
    expect(parseCommand(args)).toMatchObject({ options: { seconds: Infinity } });
  });

  it.each([[['--help']], [['-h']], [['--seed', '1', '--help']]])('should explain with %p', (args) => {
    expect(parseCommand(args)).toEqual({ type: 'help' });
  });

  it.each([
    [['--colour'], "Unknown option '--colour'"],
    [['-x'], "Unknown option '-x'"],
    [['mqtt://broker'], "Unexpected argument 'mqtt://broker'"],
    [['--url'], "Option '--url <value>' argument missing"],
    [['--seconds', '0'], '--seconds takes a number above 0'],
    [['--seconds', ''], '--seconds takes'],
    [['--seconds', 'soon'], '--seconds takes'],
    [['--seconds', '3000000'], '--seconds takes'],
    [['--count', '1.5'], '--count takes a whole number from 1 up'],
    [['--count', '0'], '--count takes'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--seed', 'x'], '--seed takes a whole number from 0 up'],
    [['--forever', '--seconds', '3'], '--forever goes with neither --seconds nor --count'],
  ])('should say in one sentence what is wrong with %p', (args, sentence) => {
    const command = parseCommand(args);
    expect(command).toEqual({ type: 'mistake', sentence: expect.stringContaining(sentence) as unknown });
    expect(JSON.stringify(command)).not.toMatch(/\\n|\. /);
  });
});
