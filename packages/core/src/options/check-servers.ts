import { isObject } from '../internal/is-object.js';
import { DEFAULT_PORTS, asciiHost, parseBrokerUrl } from './broker-url.js';
import { type Endpoint, isWebSocket, labelOf } from './endpoint.js';
import type { OptionChecker } from './option-checker.js';
import { type ServerSource, isSrvLookup } from './server.js';
import type { ServerParts, SrvLookup } from './server-options.js';

const MAX_PORT = 0xffff;

/** Reads what names the servers: the first argument, then `endpoints`. */
export function checkServers(
  first: unknown,
  endpoints: unknown,
  webPath: string,
  check: OptionChecker,
): readonly ServerSource[] {
  const servers: ServerSource[] = [];
  const add = (path: string, value: unknown): void => {
    const server = checkServer(path, value, webPath, check);
    if (server !== undefined) servers.push(server);
  };
  add('url', first);
  if (endpoints === undefined) return servers;
  if (!Array.isArray(endpoints)) check.problem('endpoints', 'must be a list of servers');
  else for (const [index, value] of (endpoints as unknown[]).entries()) add(`endpoints[${String(index)}]`, value);
  return servers;
}

function checkServer(path: string, value: unknown, webPath: string, check: OptionChecker): ServerSource | undefined {
  if (typeof value === 'string') return parseBrokerUrl(path, value, webPath, check);
  if (!isObject(value) || value instanceof URL) {
    return check.problem(
      path,
      'must be text, such as mqtt://localhost:1883, or an object with protocol, host and port',
    );
  }
  if (isSrvLookup(value)) return checkSrv(path, value, check);
  const endpoint = checkParts(path, value, webPath, check);
  return endpoint === undefined ? undefined : { endpoint, credentials: undefined };
}

function checkParts(at: string, parts: ServerParts, webPath: string, check: OptionChecker): Endpoint | undefined {
  const { problems } = check;
  const before = problems.length;
  check.keys(at, parts, ['protocol', 'host', 'port', 'path', 'socketPath']);
  const protocol = check.oneOf(`${at}.protocol`, parts.protocol, ['mqtt', 'mqtts', 'ws', 'wss'] as const);
  const port = check.integer(`${at}.port`, parts.port, DEFAULT_PORTS[protocol], 1, MAX_PORT);
  const { socketPath } = parts;
  if (socketPath !== undefined) {
    if (typeof socketPath !== 'string' || socketPath === '' || socketPath.includes('\0')) {
      check.problem(`${at}.socketPath`, 'must be the path of a Unix socket');
    }
    if (parts.port !== undefined) check.problem(`${at}.port`, 'goes with a host, not with socketPath');
  } else if (parts.host === undefined) check.problem(`${at}.host`, 'must be there, unless socketPath is');
  const host = checkHost(`${at}.host`, parts.host ?? 'localhost', check);
  const path = isWebSocket({ protocol }) ? checkWebPath(`${at}.path`, parts.path, webPath, check) : '';
  if (parts.path !== undefined && !isWebSocket({ protocol }))
    check.problem(`${at}.path`, 'has no meaning without ws or wss');
  if (problems.length > before) return undefined;
  if (socketPath === undefined) return { protocol, host, port, path, label: labelOf({ protocol, host, port }) };
  return { protocol, host, port: 0, path, socketPath, label: labelOf({ protocol, host, port: 0, socketPath }) };
}

/** A host on its own, as DNS knows it. */
export function checkHost(path: string, value: unknown, check: OptionChecker): string {
  const text = typeof value === 'string' ? value : '';
  const bracketed = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  const host = /^[^/?#@\\\s]+$/.test(bracketed) ? asciiHost(bracketed) : undefined;
  // Behind a colon that is no address there is a port.
  if (host !== undefined && host !== '' && (!bracketed.includes(':') || bracketed.startsWith('['))) {
    return host.replace('[', '').replace(']', '');
  }
  check.problem(path, 'must be the name or the address of a host, and nothing else');
  return '';
}

/** The path of a WebSocket. */
export function checkWebPath(path: string, value: unknown, fallback: string, check: OptionChecker): string {
  if (value === undefined) return fallback;
  if (typeof value === 'string' && /^\/[^\s#]*$/.test(value)) return value;
  check.problem(path, 'must begin with / and have neither spaces nor #');
  return fallback;
}

function checkSrv(path: string, lookup: SrvLookup, check: OptionChecker): SrvLookup | undefined {
  const before = check.problems.length;
  checkHost(`${path}.domain`, lookup.domain, check);
  check.function(`${path}.resolve`, lookup.resolve);
  if (typeof lookup.service !== 'string' || !/^_[^.\s]+\._[^.\s]+$/.test(lookup.service)) {
    check.problem(`${path}.service`, 'must be such as _mqtt._tcp');
  }
  return check.problems.length > before ? undefined : lookup;
}
