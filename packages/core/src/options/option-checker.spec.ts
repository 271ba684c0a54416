import fc from 'fast-check';
import type { OptionProblem } from '../errors/connection-errors.js';
import { OptionChecker } from './option-checker.js';

function problemsOf(act: (check: OptionChecker) => unknown): readonly OptionProblem[] {
  const check = new OptionChecker();
  act(check);
  return check.problems;
}

describe('keys', () => {
  const known = ['keepalive', 'connectTimeout', 'receiveMaximum'];
  const hint = (key: string): string | undefined =>
    problemsOf((check) => check.keys('', { [key]: 1 }, known))[0]?.reason;

  it.each([
    ['keepAlive', 'keepalive'],
    ['keepalve', 'keepalive'],
    ['keep_alive', 'keepalive'],
    ['connecttimeout', 'connectTimeout'],
    ['connectTimout', 'connectTimeout'],
    ['recieveMaximum', 'receiveMaximum'],
  ])('takes %s for a slip of %s', (slip, meant) => {
    expect(hint(slip)).toBe(`is not an option; did you mean ${meant}?`);
  });

  it('names all known ones where none is near', () => {
    expect(hint('colour')).toBe('is not an option; known are keepalive, connectTimeout, receiveMaximum');
  });

  it('says where, and lists every one', () => {
    expect(
      problemsOf((check) => check.keys('reconnect', { a: 1, keepalive: 2, b: 3 }, known)).map(({ path }) => path),
    ).toEqual(['reconnect.a', 'reconnect.b']);
  });

  it('is not deceived by names of prototypes', () => {
    const hostile: unknown = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    expect(problemsOf((check) => check.keys('', hostile as object, known)).map(({ path }) => path)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });
});

describe('number and integer', () => {
  it.each([
    [undefined, 7],
    [1, 1],
    [10, 10],
    [2.5, 2.5],
  ])('number takes %p for %d', (value, expected) => {
    const check = new OptionChecker();
    expect(check.number('x', value, 7, 1, 10)).toBe(expected);
    expect(check.problems).toEqual([]);
  });

  it.each([0, 11, -1, Number.NaN, Infinity, -Infinity, '5', null, true, {}, 5n])(
    'number refuses %p and goes on with the default',
    (value) => {
      const check = new OptionChecker();
      expect(check.number('x', value as never, 7, 1, 10)).toBe(7);
      expect(check.problems).toEqual([{ path: 'x', reason: 'must be a number from 1 to 10' }]);
    },
  );

  it('integer refuses parts, and takes Infinity where that is the limit', () => {
    const check = new OptionChecker();
    expect(check.integer('x', 2.5, 7, 1, 10)).toBe(7);
    expect(check.problems).toEqual([{ path: 'x', reason: 'must be a whole number' }]);
    expect(check.integer('y', Infinity, 7, 1, Infinity)).toBe(Infinity);
    expect(check.integer('z', Infinity, 7, 1, 10)).toBe(7);
    expect(check.problems.map(({ path }) => path)).toEqual(['x', 'z']);
  });
});

describe('oneOf', () => {
  it('takes the first for the default, and tells the choice', () => {
    const check = new OptionChecker();
    const values = ['auto', 5, 4] as const;
    expect(check.oneOf<(typeof values)[number]>('x', undefined, values)).toBe('auto');
    expect(check.oneOf<(typeof values)[number]>('x', 4, values)).toBe(4);
    expect(check.oneOf<(typeof values)[number]>('x', '4' as never, values)).toBe('auto');
    expect(check.problems).toEqual([{ path: 'x', reason: 'must be one of "auto", 5, 4' }]);
  });
});

describe('text', () => {
  it.each([
    ['', undefined],
    ['é😀', undefined],
    ['a'.repeat(65_535), undefined],
    ['a'.repeat(65_536), /65,535 bytes/],
    ['é'.repeat(32_768), /65,535 bytes/],
    ['a\0b', /NUL/],
    ['\ud800', /lone surrogate/],
    [7, /must be text/],
    [null, /must be text/],
  ])('answers %p with %p', (value, expected) => {
    const problems = problemsOf((check) => check.text('x', value));
    if (expected === undefined) expect(problems).toEqual([]);
    else expect(problems[0]?.reason).toMatch(expected);
  });
});

describe('pairs', () => {
  it.each<[unknown, readonly string[]]>([
    [[], []],
    [
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
      [],
    ],
    ['ab', ['x']],
    [{ a: 'b' }, ['x']],
    [[['a']], ['x[0]']],
    [
      [
        ['a', 'b', 'c'],
        ['a', 'b'],
      ],
      ['x[0]'],
    ],
    [[['a', 7]], ['x[0]']],
    [
      [
        ['a', 'b'],
        [null, '\0'],
      ],
      ['x[1]', 'x[1]'],
    ],
  ])('of %j have problems at %j', (value, paths) => {
    expect(problemsOf((check) => check.pairs('x', value)).map(({ path }) => path)).toEqual(paths);
  });
});

describe('credentials', () => {
  it.each([
    undefined,
    {},
    { username: 'me' },
    { username: 'me', password: 'secret' },
    { username: 'me', password: new Uint8Array([0, 255]) },
    { username: 'me', password: Buffer.from('secret') },
    { password: 'with\0nul, which binary data may have' },
    (): object => ({}),
  ])('may be %p', (value) => {
    expect(problemsOf((check) => check.credentials('credentials', value))).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['canary', 'credentials'],
    [['canary', 'canary'], 'credentials'],
    [null, 'credentials'],
    [{ user: 'canary' }, 'credentials.user'],
    [{ username: 7 }, 'credentials.username'],
    [{ username: 'can\0ary' }, 'credentials.username'],
    [{ username: 'canary'.repeat(20_000) }, 'credentials.username'],
    [{ password: 7 }, 'credentials.password'],
    [{ password: ['canary'] }, 'credentials.password'],
    [{ password: 'canary'.repeat(20_000) }, 'credentials.password'],
  ])('may not be the %#th of these, and no value shows', (value, path) => {
    const problems = problemsOf((check) => check.credentials('credentials', value));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it('may not have a password in bytes longer than MQTT can carry', () => {
    expect(problemsOf((check) => check.credentials('c', { password: new Uint8Array(65_536) }))).toHaveLength(1);
  });

  it('may not have a password that no UTF-8 can carry, since another one would be sent in its place', () => {
    expect(problemsOf((check) => check.credentials('c', { password: 'a\ud800' }))).toHaveLength(1);
  });
});

describe('any value at all', () => {
  it('is answered with problems, never with an exception', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true }), (value) => {
        problemsOf((check) => {
          check.number('a', value as never, 1, 0, 5);
          check.integer('b', value as never, 1, 0, 5);
          check.oneOf('c', value as never, ['x']);
          check.text('d', value);
          check.pairs('e', value);
          check.credentials('f', value);
          if (check.object('g', value)) check.keys('g', value, ['h']);
        });
      }),
    );
  });
});
