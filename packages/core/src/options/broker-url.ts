import type { Credentials } from './connection-options.js';
import { type Endpoint, type EndpointProtocol, labelOf } from './endpoint.js';
import type { OptionChecker } from './option-checker.js';
import { nearest } from './nearest.js';
import type { Server } from './server.js';

const SCHEMES: ReadonlyMap<string, EndpointProtocol> = new Map([
  ['mqtt', 'mqtt'],
  ['tcp', 'mqtt'],
  ['mqtts', 'mqtts'],
  ['ssl', 'mqtts'],
  ['tls', 'mqtts'],
  ['ws', 'ws'],
  ['wss', 'wss'],
  ['mqtt+unix', 'mqtt'],
  ['ws+unix', 'ws'],
]);

/** What is meant by schemes that others use. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['http', 'ws'],
  ['https', 'wss'],
  ['unix', 'mqtt+unix'],
  ['mqtt-tls', 'mqtts'],
]);

export const DEFAULT_PORTS: Readonly<Record<EndpointProtocol, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/** Reads a broker's URL. Problems never repeat the URL, which may hold a password. `webPath` is for a WebSocket without one. */
export function parseBrokerUrl(path: string, url: string, webPath: string, check: OptionChecker): Server | undefined {
  const refuse = (reason: string): undefined => check.problem(path, reason);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return refuse('is not a URL; write scheme, host and port, such as mqtt://localhost:1883');
  }
  const scheme = parsed.protocol.slice(0, -1);
  const protocol = SCHEMES.get(scheme);
  if (protocol === undefined) return refuse(unknownScheme(scheme, url));
  // A password with a # or a ? in it would silently become part of something else.
  if (parsed.hash !== '' || url.includes('#')) return refuse('has a #, which must be written %23');
  const credentials = parseCredentials(parsed);
  if (credentials === null) return refuse('has a user name or password that is not percent-encoded correctly');
  check.credentials(path, credentials);
  const endpoint = scheme.endsWith('+unix')
    ? unixEndpoint(protocol, parsed, webPath)
    : hostEndpoint(protocol, parsed, webPath);
  return typeof endpoint === 'string' ? refuse(endpoint) : { endpoint, credentials };
}

/** Without a scheme, what stands in its place may be a user name: it is not repeated. */
function unknownScheme(scheme: string, url: string): string {
  const meant = /^[^:]*:\/\//.test(url) ? (MEANT.get(scheme) ?? nearest(scheme, [...SCHEMES.keys()])) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `has an unknown scheme (known are mqtt, tcp, mqtts, ssl, tls, ws and wss, and for Unix sockets mqtt+unix and ws+unix)${hint}`;
}

/** The endpoint, or what is wrong with it. */
function hostEndpoint(protocol: EndpointProtocol, parsed: URL, webPath: string): Endpoint | string {
  const hostname = asciiHost(parsed.hostname);
  if (hostname === undefined) return 'has no valid host';
  const host = hostname.replace('[', '').replace(']', '');
  if (host === '') return 'has no host';
  if (parsed.port === '0') return 'has port 0';
  const port = parsed.port === '' ? DEFAULT_PORTS[protocol] : Number(parsed.port);
  const web = protocol === 'ws' || protocol === 'wss';
  if (!web && parsed.pathname !== '' && parsed.pathname !== '/') return 'has a path, which only ws and wss can use';
  if (!web && parsed.search !== '')
    return 'has a query, which only ws and wss can use; a ? in a password must be written %3F';
  const path = web ? webSocketPath(parsed.pathname, parsed.search, webPath) : '';
  return { protocol, host, port, path, label: labelOf({ protocol, host, port }) };
}

/** `mqtt+unix:///run/m.sock`, and `ws+unix:///run/m.sock:/path` with the path of the WebSocket behind a colon. */
function unixEndpoint(protocol: EndpointProtocol, parsed: URL, webPath: string): Endpoint | string {
  if (parsed.port !== '') return 'has a port, which a Unix socket has not';
  if (parsed.hostname !== '' && parsed.hostname !== 'localhost') {
    return 'has a host, which a Unix socket has not; write three slashes in front of an absolute path';
  }
  const web = protocol === 'ws';
  if (!web && parsed.search !== '') return 'has a query, which only ws+unix can use';
  const cut = web ? parsed.pathname.indexOf(':') : -1;
  let socketPath: string;
  try {
    socketPath = decodeURIComponent(cut < 0 ? parsed.pathname : parsed.pathname.slice(0, cut));
  } catch {
    return 'has a path that is not percent-encoded correctly';
  }
  if (socketPath === '' || socketPath === '/') return 'has no path of a Unix socket';
  if (socketPath.includes('\0')) return 'has a path with NUL in it';
  const path = web ? webSocketPath(cut < 0 ? '' : parsed.pathname.slice(cut + 1), parsed.search, webPath) : '';
  return {
    protocol,
    host: 'localhost',
    port: 0,
    path,
    socketPath,
    label: labelOf({ protocol, host: '', port: 0, socketPath }),
  };
}

function webSocketPath(pathname: string, search: string, fallback: string): string {
  return (pathname === '' || pathname === '/' ? fallback : pathname) + search;
}

/** Hosts of schemes that URL does not know stay as they are written; those that it knows it makes fit for DNS. */
export function asciiHost(hostname: string): string | undefined {
  if (hostname === '') return hostname;
  try {
    return new URL(`http://${hostname}`).hostname;
  } catch {
    return undefined;
  }
}

function parseCredentials({ username, password }: URL): Credentials | undefined | null {
  if (username === '' && password === '') return undefined;
  try {
    return {
      username: decodeURIComponent(username),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    return null;
  }
}
