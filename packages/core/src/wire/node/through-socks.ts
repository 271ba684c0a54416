import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { ProxyError } from '../../errors/connection-errors.js';
import type { Proxy } from '../../options/check-network.js';
import { withinAttempt } from '../attempt-context.js';
import type { Destination } from './connected.js';

/** Longer than any attempt: the time limit is ours. */
const NEVER = 2 ** 31 - 1;

/** A way through a SOCKS proxy. `socks4` and `socks5` look up the name here, `socks4a` and `socks5h` have it done there. */
export async function throughSocks(
  proxy: Proxy,
  { host, port }: Destination,
  endpoint: string,
  toProxy: () => Promise<Socket>,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, username, password } = proxy;
  const { SocksClient } = await import('socks');
  const remote = protocol === 'socks4a' || protocol === 'socks5h';
  const family = protocol === 'socks4' ? 4 : 0;
  const address = remote || isIP(host) !== 0 ? host : (await withinAttempt(lookup(host, { family }), signal)).address;
  const socket = await toProxy().catch((cause: unknown) => {
    throw new ProxyError(proxy.label, endpoint, 'could not be reached', { cause });
  });
  const abort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    await SocksClient.createConnection({
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: protocol.startsWith('socks5') ? 5 : 4,
        ...(username === undefined ? {} : { userId: username }),
        ...(password === undefined ? {} : { password }),
      },
      command: 'connect',
      destination: { host: address, port },
      existing_socket: socket,
      timeout: NEVER,
    });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw refusal(proxy, endpoint, error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The library's errors hold its options, with the password: only their text is kept. */
function refusal(proxy: Proxy, endpoint: string, error: unknown): ProxyError {
  const text = error instanceof Error ? error.message : '';
  const unwanted = /authenticat|not allowed by ruleset|NotAllowed|identd/i.test(text);
  return new ProxyError(proxy.label, endpoint, unwanted ? `refused us: ${text}` : `did not connect: ${text}`, {
    retryable: !unwanted,
  });
}
