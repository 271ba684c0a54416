import { UnsupportedError } from '../errors/connection-errors.js';
import { isWebSocket } from '../options/endpoint.js';
import type { StreamOpener } from './opened-stream.js';
import { webSocketUrl } from './web-socket-target.js';

/** Takes the place of `open-stream.ts` in bundles for browsers: the browser's own WebSocket is all there is. */
export const openStream: StreamOpener = async (request, signal) => {
  const { endpoint, webSocket } = request;
  if (!isWebSocket(endpoint))
    throw new UnsupportedError(`pages can reach servers by WebSocket only (${endpoint.label})`);
  const url = (await webSocketUrl(request, signal)).href;
  const subprotocol = webSocket?.subprotocol;
  const create = (address: string, usual: string[]): WebSocket => new WebSocket(address, subprotocol ?? usual);
  return { type: 'webSocket', url, options: { createWebsocket: create }, explain: (cause) => cause };
};
