import { checkHeaders } from './check-headers.js';
import { checkProxy, checkSocket } from './check-network.js';
import type { ResolvedReach } from './check-reach.js';
import { checkTls, insecurities } from './check-tls.js';
import type { ConnectionOptions } from './connection-options.js';
import type { WebSocketOptions } from './network-options.js';
import type { OptionChecker } from './option-checker.js';

/** What only Node can do. */
export type NativeReach = Pick<ResolvedReach, 'tls' | 'proxy' | 'socket' | 'warnings'>;

/** Checks what only Node can do: `check-native-browser.ts` takes its place in bundles for browsers, as the package's `browser` field says. */
export function checkNative(options: ConnectionOptions, check: OptionChecker): NativeReach {
  const tls = checkTls(options.tls, check);
  // Whatever else it may be is told by who checks the rest of it.
  const headers = (options.webSocket as WebSocketOptions | null | undefined)?.headers;
  if (headers !== undefined && typeof headers !== 'function') checkHeaders('webSocket.headers', headers, check);
  return {
    tls,
    proxy: checkProxy('proxy', options.proxy, check),
    socket: checkSocket(options.socket, check),
    warnings: insecurities(tls),
  };
}
