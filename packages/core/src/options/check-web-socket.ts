import { checkWebPath } from './check-servers.js';
import type { WebSocketOptions } from './network-options.js';
import type { OptionChecker } from './option-checker.js';

/** A name, as HTTP allows it for headers and subprotocols. [RFC 9110, 5.6.2] */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** WebSocket settings. Headers are for Node, and checked elsewhere. */
export function checkWebSocket(
  value: WebSocketOptions | undefined,
  check: OptionChecker,
): WebSocketOptions | undefined {
  const webSocket = check.part('webSocket', value, ['path', 'headers', 'subprotocol', 'url']);
  if (webSocket === undefined) return undefined;
  checkWebPath('webSocket.path', webSocket.path, '', check);
  check.function('webSocket.url', webSocket.url);
  const { subprotocol } = webSocket;
  if (subprotocol !== undefined && (typeof subprotocol !== 'string' || !TOKEN.test(subprotocol))) {
    check.problem('webSocket.subprotocol', 'must be one name, such as mqtt');
  }
  return webSocket;
}
