import fc from 'fast-check';
import type { OptionProblem } from '../errors/connection-errors.js';
import { parseBrokerUrl } from './broker-url.js';
import { OptionChecker } from './option-checker.js';
import type { Server } from './server.js';

function parse(url: string): { readonly target: Server | undefined; readonly problems: readonly OptionProblem[] } {
  const check = new OptionChecker();
  return { target: parseBrokerUrl('url', url, '/mqtt', check), problems: check.problems };
}

function endpoint(url: string): Server['endpoint'] {
  const { target, problems } = parse(url);
  expect(problems).toEqual([]);
  return target!.endpoint;
}

function reason(url: string): string {
  const { target, problems } = parse(url);
  expect(target).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]!.path).toBe('url');
  return problems[0]!.reason;
}

describe('the scheme', () => {
  it.each([
    ['mqtt', 'mqtt', 1883],
    ['tcp', 'mqtt', 1883],
    ['mqtts', 'mqtts', 8883],
    ['ssl', 'mqtts', 8883],
    ['tls', 'mqtts', 8883],
    ['ws', 'ws', 80],
    ['wss', 'wss', 443],
  ])('%s:// is %s on port %d', (scheme, protocol, port) => {
    expect(endpoint(`${scheme}://broker.test`)).toMatchObject({
      protocol,
      host: 'broker.test',
      port,
      label: `${protocol}://broker.test:${String(port)}`,
    });
    expect(endpoint(`${scheme.toUpperCase()}://broker.test`)).toMatchObject({ protocol, port });
    expect(endpoint(`${scheme}://broker.test:2`)).toMatchObject({
      protocol,
      port: 2,
      label: `${protocol}://broker.test:2`,
    });
  });

  it.each([
    'http://broker.test',
    'https://broker.test',
    'file:///etc/passwd',
    'localhost:1883',
    'mqtt5://broker.test',
    'javascript:alert(1)',
  ])('of %s is unknown, and the known ones are named', (url) => {
    expect(reason(url)).toMatch(/unknown scheme .*mqtt, tcp, mqtts, ssl, tls, ws and wss/);
  });
});

describe('host and port', () => {
  it.each([
    ['mqtt://127.0.0.1', '127.0.0.1', 1883, 'mqtt://127.0.0.1:1883'],
    ['mqtt://[::1]', '::1', 1883, 'mqtt://[::1]:1883'],
    ['mqtts://[2001:db8::7]:8884', '2001:db8::7', 8884, 'mqtts://[2001:db8::7]:8884'],
    ['ws://[::1]:9001', '::1', 9001, 'ws://[::1]:9001'],
    ['mqtt://broker.test:65535', 'broker.test', 65_535, 'mqtt://broker.test:65535'],
    ['mqtt://broker.test:1883', 'broker.test', 1883, 'mqtt://broker.test:1883'],
    ['wss://broker.test:443', 'broker.test', 443, 'wss://broker.test:443'],
    ['ws://bücher.test', 'xn--bcher-kva.test', 80, 'ws://xn--bcher-kva.test:80'],
  ])('of %s are %s and %d', (url, host, port, label) => {
    expect(endpoint(url)).toMatchObject({ host, port, label });
  });

  it('internationalised hosts are found by mqtt:// as they are by ws://', () => {
    expect(endpoint('mqtt://bücher.test').host).toBe('xn--bcher-kva.test');
  });

  it.each([
    ['mqtt://', /no host/],
    ['mqtt://:1883', /not a URL/],
    ['mqtt://broker.test:0', /port 0/],
    ['mqtt://broker.test:65536', /not a URL/],
    ['mqtt://broker.test:-1', /not a URL/],
    ['mqtt://broker.test:port', /not a URL/],
    ['mqtt://a b', /not a URL/],
    ['mqtt://[::1', /not a URL/],
    ['', /not a URL/],
    ['broker.test', /not a URL/],
  ])('of %s are refused', (url, expected) => {
    expect(reason(url)).toMatch(expected);
  });
});

describe('the path', () => {
  it.each([
    ['ws://broker.test', '/mqtt'],
    ['ws://broker.test/', '/mqtt'],
    ['ws://broker.test/mqtt', '/mqtt'],
    ['wss://broker.test/a/b', '/a/b'],
    ['wss://broker.test/a?token=1&b', '/a?token=1&b'],
    ['wss://broker.test?x=y', '/mqtt?x=y'],
    ['mqtt://broker.test', ''],
    ['mqtt://broker.test/', ''],
  ])('of %s is "%s"', (url, path) => {
    expect(endpoint(url).path).toBe(path);
  });

  it.each(['mqtt://broker.test/mqtt', 'mqtts://broker.test/x', 'tcp://broker.test/a/b'])(
    'of %s has no meaning',
    (url) => {
      expect(reason(url)).toMatch(/path, which only ws and wss can use/);
    },
  );

  it('never stands in the label, since a query may be a secret', () => {
    expect(endpoint('wss://broker.test/secret?token=canary').label).toBe('wss://broker.test:443');
  });
});

describe('a suggestion', () => {
  it.each([
    ['mqttt://broker.test', 'mqtt'],
    ['mqtss://broker.test', 'mqtts'],
    ['http://broker.test', 'ws'],
    ['https://broker.test', 'wss'],
    ['unix:///run/m.sock', 'mqtt+unix'],
    ['mqtt-unix:///run/m.sock', 'mqtt+unix'],
  ])('for %s is %s', (url, scheme) => {
    expect(reason(url).endsWith(`did you mean ${scheme}?`)).toBe(true);
  });

  it('is not made where no scheme is meant', () => {
    expect(reason('gopher://broker.test')).not.toContain('mean');
    expect(reason('mqtt5:canary@broker.test')).not.toContain('mean');
  });
});

describe('a Unix socket', () => {
  it.each([
    ['mqtt+unix:///run/m.sock', 'mqtt', '/run/m.sock', ''],
    ['mqtt+unix://localhost/run/m.sock', 'mqtt', '/run/m.sock', ''],
    ['mqtt+unix:///run/with%20space/m.sock', 'mqtt', '/run/with space/m.sock', ''],
    ['ws+unix:///run/m.sock', 'ws', '/run/m.sock', '/mqtt'],
    ['ws+unix:///run/m.sock:/deep/er?a=b', 'ws', '/run/m.sock', '/deep/er?a=b'],
  ])('at %s is spoken to by %s at %s', (url, protocol, socketPath, path) => {
    expect(endpoint(url)).toMatchObject({ protocol, socketPath, path, label: `${protocol}+unix:${socketPath}` });
  });

  it('may have user name and password', () => {
    expect(parse('mqtt+unix://me:s%40@localhost/run/m.sock').target?.credentials).toEqual({
      username: 'me',
      password: 's@',
    });
  });

  it.each([
    ['mqtt+unix://run/m.sock', /three slashes/],
    ['mqtt+unix://', /no path/],
    ['mqtt+unix:///', /no path/],
    ['mqtt+unix:///run/%zz', /percent-encoded/],
    ['mqtt+unix:///run/%00', /NUL/],
    ['mqtt+unix:///run/m.sock?x', /query/],
    ['mqtt+unix://localhost:7/run/m.sock', /port/],
  ])('is not %s', (url, expected) => {
    expect(reason(url)).toMatch(expected);
  });
});

describe('what a password that was not encoded makes of a URL', () => {
  it.each([
    ['mqtt://user:12#34@broker.test', /%23/],
    ['wss://user:12#34@broker.test', /%23/],
    ['mqtt://user:12?34@broker.test', /%3F/],
    ['mqtt://user:12/34@broker.test', /path/],
  ])('is refused: %s', (url, expected) => {
    expect(reason(url)).toMatch(expected);
  });
});

describe('user name and password', () => {
  it.each([
    ['mqtt://broker.test', undefined],
    ['mqtt://me@broker.test', { username: 'me' }],
    ['mqtt://me:@broker.test', { username: 'me' }],
    ['mqtt://me:secret@broker.test', { username: 'me', password: 'secret' }],
    ['mqtt://:secret@broker.test', { username: '', password: 'secret' }],
    ['mqtt://a%40b:p%3Aq%2Fr%23@broker.test', { username: 'a@b', password: 'p:q/r#' }],
    ['mqtt://%C3%A9:%F0%9F%98%80@broker.test', { username: 'é', password: '😀' }],
    ['mqtt://a+b:c+d@broker.test', { username: 'a+b', password: 'c+d' }],
    ['ws://me:secret@broker.test', { username: 'me', password: 'secret' }],
  ])('of %s are %j', (url, credentials) => {
    const { target, problems } = parse(url);
    expect(problems).toEqual([]);
    expect(target?.credentials).toEqual(credentials);
  });

  it('come out as they went in, percent-encoded, for any text', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, fc.constantFrom('mqtt', 'mqtts', 'ws', 'wss'), (username, password, scheme) => {
        const { target } = parse(
          `${scheme}://${encodeURIComponent(username)}:${encodeURIComponent(password)}@broker.test`,
        );
        expect(target?.credentials).toEqual({ username, password });
      }),
    );
  });

  it('never stand in what is known of the server', () => {
    expect(JSON.stringify(endpoint('wss://canary:canary@broker.test/mqtt'))).not.toContain('canary');
  });
});

describe('a problem', () => {
  it.each([
    'mqtt://user:canary%zz@broker.test',
    'mqtt://canary%zz:pass@broker.test',
    'mqtt://user:canary@',
    'mqtt://user:canary@broker.test:99999',
    'mqtt://user:canary@broker.test/path',
    'mqtt://user:canary@broker.test:0',
    'http://user:canary@broker.test',
    'wss://user:canary@[broken',
    'user:canary@broker.test',
  ])('with %s does not repeat the secret', (url) => {
    expect(reason(url)).not.toContain('canary');
  });

  it('does not repeat the user name of a URL without a scheme', () => {
    expect(reason('canary:secret@broker.test')).not.toContain('canary');
  });

  it('is told, and nothing thrown, for any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.tuple(fc.constantFrom('mqtt://', 'ws://', 'tls:'), fc.string()).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (url) => {
        const { target, problems } = parse(url);
        expect(problems).toHaveLength(target === undefined ? 1 : 0);
        if (target === undefined) return;
        expect(target.endpoint.host).not.toBe('');
        expect(target.endpoint.port).toBeGreaterThan(0);
        expect(target.endpoint.port).toBeLessThan(65_536);
      }),
    );
  });
});
