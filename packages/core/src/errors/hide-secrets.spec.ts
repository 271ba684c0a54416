import { inspect } from 'node:util';
import fc from 'fast-check';
import { PluginError } from './callback-errors.js';
import { CredentialsError } from './connection-errors.js';
import { hideAddresses, hideSecrets, originalCause } from './hide-secrets.js';
import { ordinaryWords, withoutAddresses } from './safe-words.js';

const SECRET = 'canary-7f3a91';

/** Everything that a log, a debugger or a serializer could find on the way along the causes. */
function everything(error: unknown): string {
  const seen: string[] = [];
  for (let each = error; each !== undefined && each !== null; each = each.cause) {
    seen.push(inspect(each, { depth: 20, showHidden: true }), JSON.stringify(each));
    if (!(each instanceof Error)) break;
    seen.push(each.toString(), each.message, String(each.stack), each.name);
    for (const key of Reflect.ownKeys(each)) seen.push(inspect(Reflect.get(each, key), { depth: 20 }));
  }
  return seen.join('\n');
}

describe('ordinaryWords', () => {
  it.each([
    ['the vault is still closed', 'the vault is still closed'],
    ["Couldn't fetch: 503", "Couldn't fetch: 503"],
    ['connect ECONNREFUSED', 'connect ECONNREFUSED'],
    ['HTTP 401 (Unauthorized).', 'HTTP 401 (Unauthorized).'],
    ['the token has expired', 'the token has expired'],
    ['the token hunter has expired', 'the token *** has expired'],
    ['password: hunter', 'password: ***'],
    ['Bearer abcdef', 'Bearer ***'],
    ['key=abcdef', '***'],
    [`got ${SECRET}, which is old`, 'got *** which is old'],
    ['GET https://idp.example.org/token?sig=abc failed', 'GET *** failed'],
    ['eyJhbGciOiJIUzI1NiJ9.e30.abc', '***'],
    ['', ''],
  ])('%s', (message, expected) => {
    expect(ordinaryWords(message)).toBe(expected);
  });

  it('lets nothing through that has the look of a token', () => {
    const token = fc.string({
      unit: fc.constantFrom(...Array.from('abcXYZ0123456789-_./+=')),
      minLength: 6,
      maxLength: 60,
    });
    fc.assert(
      fc.property(token, (value) => {
        fc.pre(/\d/.test(value) && /[a-zA-Z_\-/+]/.test(value));
        expect(ordinaryWords(`cannot use ${value} now`)).toBe('cannot use *** now');
      }),
    );
  });
});

describe('withoutAddresses', () => {
  it.each([
    ['Invalid URL: wss://u:p@host:443/mqtt?sig=abc', 'Invalid URL: wss://host:443/***'],
    ['connect to mqtt://host:1883 failed', 'connect to mqtt://host:1883 failed'],
    ['getaddrinfo ENOTFOUND host.test', 'getaddrinfo ENOTFOUND host.test'],
    ['proxy socks5h://user:p%40ss@[::1]:1080', 'proxy socks5h://[::1]:1080/***'],
  ])('%s', (message, expected) => {
    expect(withoutAddresses(message)).toBe(expected);
  });
});

describe('hideSecrets', () => {
  it('leaves alone what has nothing to hide', () => {
    const plain = Object.assign(new TypeError('fetch failed', { cause: new Error('the socket hung up') }), {
      code: 'ECONNRESET',
    });
    expect(hideSecrets(plain)).toBe(plain);
    expect(hideSecrets(undefined)).toBeUndefined();
    expect(hideSecrets(7)).toBe(7);
  });

  it.each<[string, () => unknown]>([
    ['in the message', () => new Error(`the token ${SECRET} was refused`)],
    ['in a message of several lines', () => new Error(`refused:\n    at ${SECRET}\n${SECRET}`)],
    ['in the name', () => Object.assign(new Error('refused'), { name: SECRET })],
    ['in a field', () => Object.assign(new Error('refused'), { config: { headers: { authorization: SECRET } } })],
    ['in a code', () => Object.assign(new Error('refused'), { code: SECRET })],
    ['in a cause', () => new Error('refused', { cause: new Error('no', { cause: { token: SECRET } }) })],
    ['in a text that was thrown', () => `no ${SECRET}`],
    ['in an object that was thrown', () => ({ token: SECRET })],
    ['in an AggregateError', () => new AggregateError([new Error(SECRET)], 'all failed')],
    ['in a cause that is a text', () => new Error('refused', { cause: SECRET })],
    [
      'behind a getter',
      () => Object.defineProperty(new Error('refused'), 'x', { enumerable: true, get: () => SECRET }),
    ],
  ])('hides a secret %s', (_, make) => {
    const thrown = make();
    for (const error of [
      new CredentialsError(thrown),
      new PluginError('p', 'connect', 'see cause', { cause: thrown }),
    ]) {
      expect(everything(error)).not.toContain(SECRET);
      if (typeof thrown === 'object') expect(originalCause(error.cause)).toBe(thrown);
    }
  });

  it('leaves alone what the operating system says', () => {
    const missing = Object.assign(new Error("ENOENT: no such file or directory, open '/etc/rxmqtt/key-2.pem'"), {
      errno: -2,
      code: 'ENOENT',
      syscall: 'open',
      path: '/etc/rxmqtt/key-2.pem',
    });
    expect(hideSecrets(missing)).toBe(missing);
  });

  it('keeps name, codes and where it was thrown', () => {
    const thrown = Object.assign(new RangeError(`no ${SECRET}`), { code: 'ECONNREFUSED', status: 401, request: {} });
    const shown = hideSecrets(thrown) as RangeError & { code: string; status: number };
    expect(shown).toMatchObject({ name: 'RangeError', message: 'no ***', code: 'ECONNREFUSED', status: 401 });
    expect(shown.stack).toContain('hide-secrets.spec');
    expect(shown).not.toHaveProperty('request');
  });

  it('survives causes that go round in a circle, and errors that cannot be read', () => {
    const circle = new Error(SECRET);
    circle.cause = circle;
    expect(everything(new CredentialsError(circle))).not.toContain(SECRET);
    const hostile = Object.defineProperty({}, 'message', {
      get() {
        throw new Error(SECRET);
      },
    });
    expect(everything(new CredentialsError(hostile))).not.toContain(SECRET);
  });
});

describe('hideAddresses', () => {
  it('leaves the errors of sockets alone', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1883'), {
      code: 'ECONNREFUSED',
      errno: -111,
      port: 1883,
      address: '127.0.0.1',
    });
    expect(hideAddresses(refused)).toBe(refused);
  });

  it('hides what URLs carry, what is known to be secret, and the settings of a proxy', () => {
    const thrown = Object.assign(new Error(`wss://u:${SECRET}@host/x?sig=${SECRET} hunter2`), {
      options: { proxy: { password: SECRET } },
    });
    const shown = hideAddresses(thrown, ['hunter2']);
    expect(everything(shown)).not.toMatch(/canary|hunter2/);
    expect(shown).toMatchObject({ message: 'wss://host/*** ***' });
  });
});
