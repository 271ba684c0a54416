import { TOKEN } from './check-web-socket.js';
import type { OptionChecker } from './option-checker.js';

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

/** Headers, whether given or made by a function. Their values never show in a problem. */
export function checkHeaders(
  path: string,
  headers: unknown,
  check: OptionChecker,
): headers is Readonly<Record<string, string>> {
  const before = check.problems.length;
  if (!check.object(path, headers)) return false;
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    const at = `${path}[${JSON.stringify(name)}]`;
    if (!TOKEN.test(name)) check.problem(at, 'is no name of a header');
    else if (name.toLowerCase() === 'sec-websocket-protocol') check.problem(at, 'is set by webSocket.subprotocol');
    else if (RESERVED.has(name.toLowerCase())) check.problem(at, 'is set by the handshake itself');
    else if (typeof value !== 'string' || !FIELD_VALUE.test(value))
      check.problem(at, 'must be text without line breaks, as HTTP allows it');
  }
  return check.problems.length === before;
}
