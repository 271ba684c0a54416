import { platform } from '../internal/platform.js';
import { checkNative } from './check-native.js';
import type { Proxy, ResolvedSocket } from './check-network.js';
import { checkServers } from './check-servers.js';
import { checkWebSocket } from './check-web-socket.js';
import type { ConnectionOptions } from './connection-options.js';
import { isSecure, isWebSocket } from './endpoint.js';
import type { TlsOptions, TransportProvider, WebSocketOptions } from './network-options.js';
import type { OptionChecker } from './option-checker.js';
import { type ServerSource, isSrvLookup } from './server.js';
import type { RedirectPolicy } from './server-options.js';

/** Where the servers are, and how their bytes travel. */
export interface ResolvedReach {
  readonly servers: readonly ServerSource[];
  readonly redirect: RedirectPolicy;
  readonly tls: TlsOptions | undefined;
  readonly webSocket: WebSocketOptions | undefined;
  readonly proxy: Proxy | 'env' | undefined;
  readonly socket: ResolvedSocket;
  readonly transport: TransportProvider | undefined;
  /** What is to be warned about, once. */
  readonly warnings: readonly string[];
}

const DEFAULT_PATH = '/mqtt';

/** Checks everything that decides how a server is reached. */
export function checkReach(
  first: unknown,
  options: ConnectionOptions,
  check: OptionChecker,
  here = platform,
): ResolvedReach {
  const native = checkNative(options, check);
  const webSocket = checkWebSocket(options.webSocket, check);
  const path = webSocket?.path;
  const before = check.problems.length;
  const servers = checkServers(first, options.endpoints, typeof path === 'string' ? path : DEFAULT_PATH, check);
  const serversAreRight = check.problems.length === before;
  const reach: ResolvedReach = {
    servers,
    redirect: check.oneOf('redirect', options.redirect, ['ignore', 'follow', 'followWithCredentials'] as const),
    ...native,
    webSocket,
    transport: check.function('transport', options.transport),
  };
  if (here === 'browser') checkBrowser(reach, options, check);
  if (options.transport !== undefined) checkTransport(options, check);
  else if (serversAreRight) checkServersAgree(servers, options, check);
  return reach;
}

/** A contradiction, unless the option is wrong anyway. */
function clash(path: string, reason: string, check: OptionChecker): void {
  if (!check.problems.some((problem) => problem.path.startsWith(path))) check.problem(path, reason);
}

/** Settings that would do nothing were meant to do something: they are refused rather than ignored. */
function checkTransport(options: ConnectionOptions, check: OptionChecker): void {
  for (const key of ['tls', 'webSocket', 'proxy', 'socket'] as const) {
    if (options[key] !== undefined)
      clash(key, 'has no meaning with transport, which opens the whole stream by itself', check);
  }
}

function checkServersAgree(servers: readonly ServerSource[], options: ConnectionOptions, check: OptionChecker): void {
  const protocols = servers.map((source) => (isSrvLookup(source) ? source : source.endpoint));
  if (options.tls !== undefined && !protocols.some(isSecure)) {
    clash('tls', 'needs a server that speaks TLS: write mqtts:// or wss://', check);
  }
  if (options.webSocket !== undefined && !protocols.some(isWebSocket)) {
    clash('webSocket', 'needs a server that speaks WebSocket: write ws:// or wss://', check);
  }
  const hasHost = servers.some((source) => isSrvLookup(source) || source.endpoint.socketPath === undefined);
  if (hasHost) return;
  for (const key of ['proxy', 'socket'] as const) {
    if (options[key] !== undefined) clash(key, 'has no meaning with a Unix socket', check);
  }
}

/** What pages may not do. */
function checkBrowser({ servers, transport }: ResolvedReach, options: ConnectionOptions, check: OptionChecker): void {
  for (const key of ['tls', 'proxy', 'socket'] as const) {
    if (options[key] !== undefined) clash(key, 'is decided by the browser; leave it out there', check);
  }
  if (options.webSocket?.headers !== undefined) {
    check.problem(
      'webSocket.headers',
      'cannot be set by a page; sign the URL with webSocket.url, or send a token as the MQTT password',
    );
  }
  if (transport !== undefined) return;
  const reachable = servers.every((source) => isWebSocket(isSrvLookup(source) ? source : source.endpoint));
  if (!reachable)
    check.problem('url', 'cannot be reached by a page, which speaks WebSocket only: write ws:// or wss://');
}
