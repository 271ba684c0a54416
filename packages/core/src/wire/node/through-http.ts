import { request as httpRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { ProxyError } from '../../errors/connection-errors.js';
import type { Proxy } from '../../options/check-network.js';
import { type Destination, settled } from './connected.js';

/** A way through an HTTP proxy, by CONNECT. [RFC 9110, 9.3.6] */
export async function throughHttp(
  proxy: Proxy,
  { host, port }: Destination,
  endpoint: string,
  toProxy: () => Promise<Socket>,
  signal: AbortSignal,
): Promise<Socket> {
  let socket: Socket;
  try {
    socket = await toProxy();
    if (proxy.protocol === 'https') {
      const secure = tlsConnect({
        socket,
        host: proxy.host,
        ...(isIP(proxy.host) === 0 ? { servername: proxy.host } : {}),
      });
      socket = await settled(secure, 'secureConnect', signal);
    }
  } catch (cause) {
    throw new ProxyError(proxy.label, endpoint, 'could not be reached', { cause });
  }
  const authority = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return new Promise((resolve, reject) => {
    const fail = (what: string, details: { status?: number; cause?: unknown; retryable?: boolean }): void => {
      signal.removeEventListener('abort', abort);
      socket.on('error', () => undefined);
      socket.destroy();
      reject(new ProxyError(proxy.label, endpoint, what, details));
    };
    const abort = (): void => {
      fail('did not answer in time', { cause: signal.reason });
    };
    signal.addEventListener('abort', abort, { once: true });
    const asked = httpRequest({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorization(proxy) },
      createConnection: () => socket,
    });
    asked.once('connect', ({ statusCode = 0 }, _, head) => {
      if (statusCode < 200 || statusCode > 299) {
        const final = statusCode < 500 && statusCode !== 408 && statusCode !== 429;
        fail(`answered CONNECT with HTTP status ${String(statusCode)}`, { status: statusCode, retryable: !final });
        return;
      }
      signal.removeEventListener('abort', abort);
      // What the server said already.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.once('error', (cause) => {
      fail('broke off', { cause });
    });
    asked.end();
  });
}

function authorization({ username, password = '' }: Proxy): Record<string, string> {
  if (username === undefined) return {};
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return { 'proxy-authorization': `Basic ${btoa(String.fromCharCode(...bytes))}` };
}
