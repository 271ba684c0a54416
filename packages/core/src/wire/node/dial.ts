import type { Socket } from 'node:net';
import type { Proxy } from '../../options/check-network.js';
import { isWebSocket } from '../../options/endpoint.js';
import type { ConnectRequest } from '../wire.js';
import { EAGER_STOP } from './coalesced-reading.js';
import { connected, type Destination } from './connected.js';
import { proxyFromEnvironment } from './environment-proxy.js';
import { throughHttp } from './through-http.js';
import { throughSocks } from './through-socks.js';

/** Opens a socket to a host, or to a Unix socket, directly or through the proxy that the options name. */
export async function dial(request: ConnectRequest, destination: Destination, signal: AbortSignal): Promise<Socket> {
  const { host, port, socketPath } = destination;
  if (socketPath !== undefined) return connected({ ...readingOptions(request), path: socketPath }, signal);
  const proxy = request.proxy === 'env' ? proxyFromEnvironment(host, port) : request.proxy;
  const socket =
    proxy === undefined
      ? connected({ ...socketOptions(request), host, port }, signal)
      : throughProxy(request, proxy, { host, port }, signal);
  // Acknowledgements must not wait for each other. [Nagle]
  return (await socket).setNoDelay(request.socket.noDelay);
}

function throughProxy(
  request: ConnectRequest,
  proxy: Proxy,
  target: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const toProxy = (): Promise<Socket> =>
    connected({ ...socketOptions(request), host: proxy.host, port: proxy.port }, signal);
  const { label } = request.endpoint;
  return proxy.protocol === 'http' || proxy.protocol === 'https'
    ? throughHttp(proxy, target, label, toProxy, signal)
    : throughSocks(proxy, target, label, toProxy, signal);
}

/** A WebSocket is read as it comes. */
function readingOptions({ socket, endpoint }: ConnectRequest) {
  return socket.coalesceReads && !isWebSocket(endpoint) ? { readableHighWaterMark: EAGER_STOP } : {};
}

function socketOptions(request: ConnectRequest) {
  const { keepAlive, keepAliveInitialDelay, localAddress, localPort, family } = request.socket;
  return {
    ...readingOptions(request),
    keepAlive,
    keepAliveInitialDelay,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
    ...(family === undefined ? {} : { family }),
  };
}
