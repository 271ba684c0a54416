import { checkWebPath } from './check-servers.js';
import type { WebSocketOptions } from './network-options.js';
import type { OptionChecker } from './option-checker.js';

/** A name, as HTTP allows it for headers and subprotocols. [RFC 9110, 5.6.2] */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Text that ends no header. [RFC 9110, 5.5] */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that make the handshake; whoever sets them breaks it. [RFC 6455, 4.1] */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-extensions',
]);

/** WebSocket settings. Values of headers never show in a problem. */
export function checkWebSocket(value: WebSocketOptions | undefined, check: OptionChecker): WebSocketOptions | undefined {
  const webSocket = check.part('webSocket', value, ['path', 'headers', 'subprotocol', 'url']);
  if (webSocket === undefined) return undefined;
  checkWebPath('webSocket.path', webSocket.path, '', check);
  check.function('webSocket.url', webSocket.url);
  const { headers, subprotocol } = webSocket;
  if (subprotocol !== undefined && (typeof subprotocol !== 'string' || !TOKEN.test(subprotocol))) {
    check.problem('webSocket.subprotocol', 'must be one name, such as mqtt');
  }
  if (headers !== undefined && typeof headers !== 'function') checkHeaders('webSocket.headers', headers, check);
  return webSocket;
}

/** Headers, whether given or made by a function. */
export function checkHeaders(path: string, headers: unknown, check: OptionChecker): headers is Readonly<Record<string, string>> {
  const before = check.problems.length;
  if (!check.object(path, headers)) return false;
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    const at = `${path}[${JSON.stringify(name)}]`;
    if (!TOKEN.test(name)) check.problem(at, 'is no name of a header');
    else if (name.toLowerCase() === 'sec-websocket-protocol') check.problem(at, 'is set by webSocket.subprotocol');
    else if (RESERVED.has(name.toLowerCase())) check.problem(at, 'is set by the handshake itself');
    else if (typeof value !== 'string' || !FIELD_VALUE.test(value)) check.problem(at, 'must be text without line breaks, as HTTP allows it');
  }
  return check.problems.length === before;
}
