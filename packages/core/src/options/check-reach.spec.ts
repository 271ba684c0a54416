import { caught } from '../../test/topics/caught.js';
import { srv } from '../endpoints/srv.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { checkReach, type ResolvedReach } from './check-reach.js';
import { OptionChecker } from './option-checker.js';

const PEM = '-----BEGIN CERTIFICATE-----\n';

function reach(
  url: unknown,
  options: object = {},
  here: 'node' | 'browser' = 'node',
): { readonly resolved: ResolvedReach; readonly problems: OptionChecker['problems'] } {
  const check = new OptionChecker();
  return { resolved: checkReach(url, options, check, here), problems: check.problems };
}

/** The only problem; it names this option. */
function problem(url: unknown, options: object, here: 'node' | 'browser' = 'node'): string {
  const { problems } = reach(url, options, here);
  expect(problems).toHaveLength(1);
  return `${problems[0]!.path}: ${problems[0]!.reason}`;
}

describe('a server', () => {
  it.each([undefined, null, 7, [], new URL('mqtt://broker.test'), Symbol('x')])('cannot be %p', (url) => {
    expect(problem(url, {})).toMatch(/^url: must be text.*or an object/);
  });

  it.each([
    [
      { host: 'broker.test' },
      { protocol: 'mqtt', host: 'broker.test', port: 1883, path: '', label: 'mqtt://broker.test:1883' },
    ],
    [
      { protocol: 'mqtts', host: '::1' },
      { protocol: 'mqtts', host: '::1', port: 8883, label: 'mqtts://[::1]:8883' },
    ],
    [
      { protocol: 'ws', host: 'bücher.test', port: 9001 },
      { host: 'xn--bcher-kva.test', port: 9001, path: '/mqtt' },
    ],
    [
      { protocol: 'wss', host: 'broker.test', path: '/a?b' },
      { port: 443, path: '/a?b' },
    ],
    [
      { socketPath: '/run/m.sock' },
      { protocol: 'mqtt', host: 'localhost', port: 0, socketPath: '/run/m.sock', label: 'mqtt+unix:/run/m.sock' },
    ],
    [
      { protocol: 'mqtts', host: 'broker.test', socketPath: '/run/m.sock' },
      { host: 'broker.test', socketPath: '/run/m.sock' },
    ],
  ])('may be the parts %j', (parts, endpoint) => {
    const { resolved, problems } = reach(parts);
    expect(problems).toEqual([]);
    expect(resolved.servers).toMatchObject([{ endpoint, credentials: undefined }]);
  });

  it.each([
    [{}, /^url\.host: must be there/],
    [{ host: 'broker.test:1883' }, /^url\.host: must be the name/],
    [{ host: 'user@broker.test' }, /^url\.host: must be the name/],
    [{ host: 'mqtt://broker.test' }, /^url\.host: must be the name/],
    [{ host: 'a b' }, /^url\.host: must be the name/],
    [{ host: '' }, /^url\.host: must be the name/],
    [{ host: 'h', port: 0 }, /^url\.port: must be a number from 1/],
    [{ host: 'h', port: '1883' }, /^url\.port/],
    [{ host: 'h', protocol: 'tcp' }, /^url\.protocol: must be one of "mqtt"/],
    [{ host: 'h', path: '/x' }, /^url\.path: has no meaning without ws/],
    [{ host: 'h', protocol: 'ws', path: 'x' }, /^url\.path: must begin with \//],
    [{ hots: 'h', host: 'h' }, /^url\.hots: is not an option; did you mean host\?/],
    [{ socketPath: '' }, /^url\.socketPath: must be the path/],
    [{ socketPath: '/s', port: 1 }, /^url\.port: goes with a host/],
  ])('cannot be the parts %j', (parts, expected) => {
    expect(problem(parts, {})).toMatch(expected);
  });

  it('is the first of those that follow in endpoints', () => {
    const lookup = srv('example.org');
    const { resolved } = reach('mqtts://a.test', {
      endpoints: ['mqtts://me:x@b.test', { protocol: 'wss', host: 'c.test' }, lookup],
    });
    expect(resolved.servers).toMatchObject([
      { endpoint: { host: 'a.test' } },
      { endpoint: { host: 'b.test' }, credentials: { username: 'me', password: 'x' } },
      { endpoint: { host: 'c.test' } },
      lookup,
    ]);
  });

  it.each([
    ['mqtt://c4n4ry%00:x@a.test', /^url\.username: must not contain NUL/],
    [`mqtt://${'c4n4ry'.repeat(11_000)}:x@a.test`, /^url\.username: has more than 65,535 bytes/],
    [`mqtt://me:${'c4n4ry'.repeat(11_000)}@a.test`, /^url\.password: has more than 65,535 bytes/],
  ])('of which MQTT cannot carry the user name or password is refused (%#)', (url, expected) => {
    expect(problem(url, {})).toMatch(expected);
    expect(problem(url, {})).not.toContain('c4n4ry');
  });

  it('that is wrong is told by its place', () => {
    const { problems } = reach('http://canary@a.test', { endpoints: ['mqtt://b.test', 'canary', { host: 7 }] });
    expect(problems.map(({ path }) => path)).toEqual(['url', 'endpoints[1]', 'endpoints[2].host']);
    expect(JSON.stringify(problems)).not.toContain('canary');
  });

  it.each([
    ['mqtt://a.test', { endpoints: 'mqtt://b.test' }, /^endpoints: must be a list/],
    ['mqtt://a.test', { redirect: true }, /^redirect: must be one of "ignore", "follow", "followWithCredentials"/],
  ])('beside %s with %j is refused', (url, options, expected) => {
    expect(problem(url, options)).toMatch(expected);
  });
});

describe('a domain that lists its servers', () => {
  it('is asked for the service of the protocol', () => {
    expect(srv('example.org')).toMatchObject({
      domain: 'example.org',
      protocol: 'mqtts',
      service: '_secure-mqtt._tcp',
      trustTargets: false,
    });
    expect(srv('example.org', { protocol: 'mqtt' }).service).toBe('_mqtt._tcp');
    expect(srv('example.org', { protocol: 'wss', service: '_x._tcp' }).service).toBe('_x._tcp');
  });

  it.each([
    [{ protocl: 'mqtt' }, 'srv.protocl'],
    [{ protocol: 'tcp' }, 'srv.protocol'],
    [{ trustTargets: 1 }, 'srv.trustTargets'],
  ])('cannot be asked with %j', (options, path) => {
    const error = caught(() => srv('example.org', options as never)) as InvalidOptionsError;
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error.problems.map((each) => each.path)).toEqual([path]);
  });

  it.each([
    [srv('not a domain'), /^url\.domain/],
    [srv('example.org', { service: 'mqtt' }), /^url\.service/],
    [srv('example.org', { resolve: 7 as never }), /^url\.resolve/],
  ])('is checked: %j', (lookup, expected) => {
    expect(problem(lookup, {})).toMatch(expected);
  });
});

describe('TLS', () => {
  it.each([
    [{ ca: PEM }],
    [{ ca: [PEM, new Uint8Array(1), { file: '/ca.pem' }] }],
    [{ ca: () => PEM, cert: { file: 'c' }, key: async () => PEM, passphrase: () => 'x' }],
    [{ pfx: new Uint8Array(1), passphrase: 'x' }],
    [{ serverName: 's', alpnProtocols: ['mqtt'], minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: 'HIGH' }],
    [{ secureContext: {} }],
  ])('takes %j', (tls) => {
    const { resolved, problems } = reach('mqtts://broker.test', { tls });
    expect(problems).toEqual([]);
    expect(resolved).toMatchObject({ tls, warnings: [] });
  });

  it.each([
    [{ ca: '/etc/ca.pem' }, /^tls\.ca: must be PEM text; .*\{ file: path \}/],
    [{ ca: [PEM, 7] }, /^tls\.ca\[1\]: must be PEM text, bytes/],
    [{ ca: { file: '' } }, /^tls\.ca: /],
    [{ ca: { path: 'x' } }, /^tls\.ca: /],
    [{ cert: PEM }, /^tls\.key: must be there/],
    [{ key: PEM }, /^tls\.cert: must be there/],
    [{ pfx: 'text' }, /^tls\.pfx: must be bytes/],
    [{ pfx: new Uint8Array(1), key: PEM, cert: PEM }, /^tls\.pfx: holds/],
    [{ passphrase: 'x' }, /^tls\.passphrase: belongs/],
    [{ cert: PEM, key: PEM, passphrase: 7 }, /^tls\.passphrase: must be text/],
    [{ serverName: '' }, /^tls\.serverName/],
    [{ alpnProtocols: 'mqtt' }, /^tls\.alpnProtocols/],
    [{ alpnProtocols: [''] }, /^tls\.alpnProtocols/],
    [{ alpnProtocols: ['é'.repeat(128)] }, /^tls\.alpnProtocols/],
    [{ minVersion: 'TLSv2' }, /^tls\.minVersion: must be one of/],
    [{ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }, /^tls\.maxVersion: is older/],
    [{ ciphers: 7 }, /^tls\.ciphers/],
    [{ secureContext: 'x' }, /^tls\.secureContext/],
    [{ secureContext: {}, ca: PEM }, /^tls\.ca: is decided by tls\.secureContext/],
    [{ insecureSkipVerify: 'yes' }, /^tls\.insecureSkipVerify/],
    [{ rejectUnauthorized: false }, /^tls\.rejectUnauthorized: is not an option/],
    [{ servername: 'x' }, /^tls\.servername: is not an option; did you mean serverName\?/],
  ])('does not take %j', (tls, expected) => {
    expect(problem('mqtts://broker.test', { tls })).toMatch(expected);
  });

  it.each([[{ insecureSkipVerify: true }], [{ insecureSkipHostnameCheck: true }]])('is warned about with %j', (tls) => {
    const { warnings } = reach('mqtts://broker.test', { tls }).resolved;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(Object.keys(tls)[0]);
  });

  it.each(['mqtt://broker.test', 'ws://broker.test', 'mqtt+unix:///s'])('is not for %s', (url) => {
    expect(problem(url, { tls: {} })).toMatch(/^tls: needs a server that speaks TLS/);
  });

  it('is for one of several servers', () => {
    expect(reach('mqtt://a.test', { endpoints: ['mqtts://b.test'], tls: {} }).problems).toEqual([]);
    expect(reach(srv('example.org'), { tls: {} }).problems).toEqual([]);
  });
});

describe('WebSocket', () => {
  it('has a path for servers that have none', () => {
    const { resolved } = reach('ws://a.test', {
      endpoints: ['ws://b.test/own', { protocol: 'ws', host: 'c.test' }],
      webSocket: { path: '/p?q' },
    });
    expect(resolved.servers.map((server) => (server as { endpoint: { path: string } }).endpoint.path)).toEqual([
      '/p?q',
      '/own',
      '/p?q',
    ]);
  });

  it.each([
    [{ path: 'mqtt' }, /^webSocket\.path: must begin/],
    [{ subprotocol: 'a b' }, /^webSocket\.subprotocol/],
    [{ url: 'wss://x' }, /^webSocket\.url: must be a function/],
    [{ headers: [] }, /^webSocket\.headers: must be an object/],
    [{ headers: { 'a b': 'c' } }, /^webSocket\.headers\["a b"\]: is no name/],
    [{ headers: { a: 'b\r\nc: d' } }, /^webSocket\.headers\["a"\]: must be text without line breaks/],
    [{ headers: { a: 7 } }, /^webSocket\.headers\["a"\]: must be text/],
    [{ headers: { Upgrade: 'x' } }, /^webSocket\.headers\["Upgrade"\]: is set by the handshake/],
    [{ headers: { 'Sec-WebSocket-Protocol': 'x' } }, /: is set by webSocket\.subprotocol/],
    [{ header: {} }, /^webSocket\.header: is not an option; did you mean headers\?/],
  ])('does not take %j', (webSocket, expected) => {
    expect(problem('ws://broker.test', { webSocket })).toMatch(expected);
  });

  it('is not for mqtt://', () => {
    expect(problem('mqtt://broker.test', { webSocket: { path: '/x' } })).toMatch(
      /^webSocket: needs a server that speaks WebSocket/,
    );
  });
});

describe('a proxy', () => {
  it.each([
    [
      'socks5h://p.test',
      {
        protocol: 'socks5h',
        host: 'p.test',
        port: 1080,
        username: undefined,
        password: undefined,
        label: 'socks5h://p.test:1080',
      },
    ],
    ['socks://p.test', { protocol: 'socks5h' }],
    ['socks4a://me@p.test:9', { protocol: 'socks4a', port: 9, username: 'me', password: undefined }],
    [
      'http://me:s%40@[::1]:8080/',
      { protocol: 'http', host: '::1', port: 8080, username: 'me', password: 's@', label: 'http://[::1]:8080' },
    ],
    ['https://p.test', { protocol: 'https', port: 443 }],
    [
      { protocol: 'socks5', host: '10.0.0.1' },
      { protocol: 'socks5', host: '10.0.0.1', port: 1080 },
    ],
    [
      { protocol: 'http', host: 'p.test', username: 'me', password: 'x' },
      { port: 80, username: 'me', password: 'x' },
    ],
    ['env', 'env'],
  ])('may be %j', (proxy, expected) => {
    const { resolved, problems } = reach('mqtt://broker.test', { proxy });
    expect(problems).toEqual([]);
    if (typeof expected === 'string') expect(resolved.proxy).toBe(expected);
    else expect(resolved.proxy).toMatchObject(expected);
  });

  it.each([
    [7, /^proxy: must be an object/],
    ['canary', /^proxy: is no URL/],
    ['ftp://canary@p.test', /^proxy: has an unknown scheme/],
    ['http://me:12/canary@p.test', /^proxy: has more than host and port/],
    ['http://me:%zzcanary@p.test', /^proxy: .*percent-encoded/],
    ['socks4://me:canary@p.test', /^proxy\.password: cannot be sent/],
    [{ host: 'p.test' }, /^proxy\.protocol: must be there/],
    [{ protocol: 'socks5' }, /^proxy\.host/],
    [{ protocol: 'socks5', host: 'p', user: 'canary' }, /^proxy\.user: is not an option/],
    [{ protocol: 'http', host: 'p', password: 'canary' }, /^proxy\.username: must be there/],
    [
      { protocol: 'socks5', host: 'p', username: 'canary'.repeat(50), password: 'x' },
      /^proxy\.username: has more than 255/,
    ],
    [
      { protocol: 'socks5', host: 'p', username: 'me', password: 'é'.repeat(128) },
      /^proxy\.password: has more than 255 bytes/,
    ],
    ['socks4://c%00anary@p.test', /^proxy\.username: must not contain NUL/],
    [
      { protocol: 'http', host: 'p', username: 'canary:me', password: 'x' },
      /^proxy\.username: must not contain a colon/,
    ],
  ])('cannot be %j', (proxy, expected) => {
    const found = problem('mqtt://broker.test', { proxy });
    expect(found).toMatch(expected);
    expect(found).not.toContain('canary');
  });

  it('is not for a Unix socket', () => {
    expect(problem('mqtt+unix:///s', { proxy: 'http://p.test' })).toMatch(/^proxy: has no meaning with a Unix socket/);
  });
});

describe('the socket', () => {
  it('takes all settings', () => {
    const socket = {
      noDelay: false,
      coalesceReads: false,
      keepAlive: true,
      keepAliveInitialDelay: 1_000,
      localAddress: '127.0.0.1',
      localPort: 4_000,
      family: 4,
    };
    expect(reach('mqtt://broker.test', { socket })).toMatchObject({ problems: [], resolved: { socket } });
  });

  it.each([
    [{ noDelay: 1 }, /^socket\.noDelay: must be true or false/],
    [{ coalesceReads: 1 }, /^socket\.coalesceReads: must be true or false/],
    [{ keepAlive: 1_000 }, /^socket\.keepAlive: must be true or false/],
    [{ keepAliveInitialDelay: 5 }, /^socket\.keepAliveInitialDelay: has no meaning without/],
    [{ keepAlive: true, keepAliveInitialDelay: -1 }, /^socket\.keepAliveInitialDelay/],
    [{ localAddress: 'a b' }, /^socket\.localAddress/],
    [{ localPort: 65_536 }, /^socket\.localPort/],
    [{ family: 5 }, /^socket\.family: must be one of 4, 6/],
    [{ nodelay: true }, /^socket\.nodelay: is not an option; did you mean noDelay\?/],
  ])('does not take %j', (socket, expected) => {
    expect(problem('mqtt://broker.test', { socket })).toMatch(expected);
  });
});

describe('a transport of its own', () => {
  it('must be a function', () => {
    expect(problem('mqtt://broker.test', { transport: {} })).toMatch(/^transport: must be a function/);
  });

  it.each(['tls', 'webSocket', 'proxy', 'socket'])('contradicts %s', (key) => {
    const value = key === 'proxy' ? 'http://p.test' : {};
    expect(problem('mqtts://broker.test', { transport: () => undefined, [key]: value })).toMatch(
      new RegExp(`^${key}: has no meaning with transport`),
    );
  });
});

describe('in a browser', () => {
  it.each([
    ['mqtt://broker.test', {}, /^url: cannot be reached by a page/],
    [srv('example.org', { protocol: 'mqtts' }), {}, /^url: cannot be reached by a page/],
    ['wss://broker.test', { tls: {} }, /^tls: is decided by the browser/],
    ['wss://broker.test', { proxy: 'env' }, /^proxy: is decided by the browser/],
    ['wss://broker.test', { socket: {} }, /^socket: is decided by the browser/],
    [
      'wss://broker.test',
      { webSocket: { headers: { a: 'b' } } },
      /^webSocket\.headers: cannot be set by a page; sign the URL/,
    ],
  ])('%j with %j is refused', (url, options, expected) => {
    expect(problem(url, options, 'browser')).toMatch(expected);
  });

  it.each([
    ['wss://broker.test', { webSocket: { url: () => 'wss://x', subprotocol: 'mqtt', path: '/x' } }],
    ['mqtt://broker.test', { transport: () => undefined }],
    [srv('example.org', { protocol: 'wss' }), {}],
  ])('%j with %j is fine', (url, options) => {
    expect(reach(url, options, 'browser').problems).toEqual([]);
  });
});

it('tells all problems at once', () => {
  const { problems } = reach('http://x', {
    endpoints: [{}],
    tls: { cert: PEM },
    webSocket: { path: 'x' },
    proxy: 'x',
    socket: { family: 1 },
    redirect: 1,
    transport: 1,
  });
  expect(problems.map(({ path }) => path).sort()).toEqual(
    ['endpoints[0].host', 'proxy', 'redirect', 'socket.family', 'tls.key', 'transport', 'url', 'webSocket.path'].sort(),
  );
});
