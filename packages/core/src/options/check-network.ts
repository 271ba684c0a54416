import { LONGEST_DELAY } from '../internal/clock.js';
import { utf8Length } from '../internal/utf8.js';
import { checkHost } from './check-servers.js';
import type { ProxyOption, ProxyParts, ProxyProtocol, SocketOptions } from './network-options.js';
import type { OptionChecker } from './option-checker.js';

/** TCP settings, all set. */
export interface ResolvedSocket {
  readonly noDelay: boolean;
  readonly coalesceReads: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly family: 4 | 6 | undefined;
}

/** A proxy, all set. */
export interface Proxy {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For people, without the password. */
  readonly label: string;
}

const PROXIES = ['socks5h', 'socks5', 'socks4a', 'socks4', 'http', 'https'] as const satisfies readonly ProxyProtocol[];

const KEYS = [
  'noDelay',
  'coalesceReads',
  'keepAlive',
  'keepAliveInitialDelay',
  'localAddress',
  'localPort',
  'family',
] as const;

export function checkSocket(value: SocketOptions | undefined, check: OptionChecker): ResolvedSocket {
  const { noDelay, coalesceReads, keepAlive, keepAliveInitialDelay, localAddress, localPort, family } =
    check.part('socket', value, KEYS) ?? {};
  if (localAddress !== undefined) checkHost('socket.localAddress', localAddress, check);
  if (keepAliveInitialDelay !== undefined && keepAlive !== true) {
    check.problem('socket.keepAliveInitialDelay', 'has no meaning without socket.keepAlive: true');
  }
  return {
    noDelay: check.boolean('socket.noDelay', noDelay, true),
    coalesceReads: check.boolean('socket.coalesceReads', coalesceReads, true),
    keepAlive: check.boolean('socket.keepAlive', keepAlive, false),
    keepAliveInitialDelay: check.integer('socket.keepAliveInitialDelay', keepAliveInitialDelay, 0, 0, LONGEST_DELAY),
    localAddress,
    localPort: localPort === undefined ? undefined : check.integer('socket.localPort', localPort, 0, 1, 0xffff),
    family: family === undefined ? undefined : check.oneOf('socket.family', family, [4, 6] as const),
  };
}

/** Reads a proxy. Problems never repeat it, since it may hold a password. */
export function checkProxy(
  path: string,
  value: ProxyOption | undefined,
  check: OptionChecker,
): Proxy | 'env' | undefined {
  if (value === undefined) return undefined;
  if (value === 'env') return 'env';
  if (typeof value === 'string') return parseProxyUrl(path, value, check);
  return checkProxyParts(path, value, check);
}

export function parseProxyUrl(path: string, text: string, check: OptionChecker): Proxy | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return check.problem(path, "is no URL; write such as socks5h://proxy:1080 or http://proxy:8080, or 'env'");
  }
  const scheme = url.protocol.slice(0, -1);
  const protocol = scheme === 'socks' ? 'socks5h' : PROXIES.find((each) => each === scheme);
  if (protocol === undefined) return check.problem(path, `has an unknown scheme; known are ${PROXIES.join(', ')}`);
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    return check.problem(path, 'has more than host and port; special characters of a password must be percent-encoded');
  }
  let credentials: { username?: string; password?: string };
  try {
    credentials =
      url.username === '' && url.password === ''
        ? {}
        : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    return check.problem(path, 'has a user name or password that is not percent-encoded correctly');
  }
  const host = url.hostname.replace('[', '').replace(']', '');
  return checkProxyParts(
    path,
    { protocol, host, ...(url.port === '' ? {} : { port: Number(url.port) }), ...credentials },
    check,
  );
}

function checkProxyParts(path: string, value: ProxyParts, check: OptionChecker): Proxy | undefined {
  const before = check.problems.length;
  const parts = check.part(path, value, ['protocol', 'host', 'port', 'username', 'password']);
  if (parts === undefined) return undefined;
  if ((parts.protocol as unknown) === undefined)
    check.problem(`${path}.protocol`, `must be there; known are ${PROXIES.join(', ')}`);
  const protocol = check.oneOf(`${path}.protocol`, parts.protocol, PROXIES);
  const host = checkHost(`${path}.host`, parts.host, check);
  const port = check.integer(
    `${path}.port`,
    parts.port,
    protocol === 'http' ? 80 : protocol === 'https' ? 443 : 1080,
    1,
    0xffff,
  );
  const { username, password } = parts;
  for (const [key, text] of Object.entries({ username, password })) {
    if (text !== undefined && typeof text !== 'string') check.problem(`${path}.${key}`, 'must be text');
    // [RFC 1929]
    else if (protocol.startsWith('socks5') && text !== undefined && utf8Length(text) > 255)
      check.problem(`${path}.${key}`, 'has more than 255 bytes');
  }
  // NUL ends it for SOCKS 4, and the password begins behind a colon. [RFC 7617, 2]
  if (protocol.startsWith('socks4') && String(username).includes('\0'))
    check.problem(`${path}.username`, 'must not contain NUL');
  if (protocol.startsWith('http') && String(username).includes(':'))
    check.problem(`${path}.username`, 'must not contain a colon');
  if (password !== undefined && password !== '' && protocol.startsWith('socks4')) {
    check.problem(`${path}.password`, 'cannot be sent: SOCKS 4 knows user names only');
  }
  if (password !== undefined && username === undefined)
    check.problem(`${path}.username`, 'must be there when there is a password');
  if (check.problems.length > before) return undefined;
  const label = `${protocol}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return { protocol, host, port, username, password: password === '' ? undefined : password, label };
}
