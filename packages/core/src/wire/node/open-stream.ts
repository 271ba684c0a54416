import { isSecure, isWebSocket } from '../../options/endpoint.js';
import type { StreamOpener } from '../opened-stream.js';
import { webSocketHeaders, webSocketUrl } from '../web-socket-target.js';
import { CoalescedReading, EAGER_STOP } from './coalesced-reading.js';
import { dial } from './dial.js';
import { tlsSettings } from './tls-settings.js';
import { overTls } from './over-tls.js';
import { webSocketOptions } from './web-socket-options.js';

/** Opens the socket of an attempt in Node: TCP or a Unix socket, through a proxy if there is one, then TLS. */
export const openStream: StreamOpener = async (request, signal) => {
  const { endpoint } = request;
  if (!isWebSocket(endpoint)) {
    const { coalesceReads } = request.socket;
    // The one mark is for writing as well, which nobody minds: whether there is room is judged by what waits.
    const eagerTls = coalesceReads ? { highWaterMark: EAGER_STOP } : {};
    const settings = isSecure(endpoint) ? await tlsSettings(request, signal) : undefined;
    const socket = await dial(request, endpoint, signal);
    const stream = settings === undefined ? socket : await overTls(socket, { ...settings, ...eagerTls }, signal);
    return { type: 'stream', stream, ...(coalesceReads ? { read: () => new CoalescedReading(stream) } : {}) };
  }
  const url = await webSocketUrl(request, signal);
  const headers = await webSocketHeaders(request, signal);
  const secure = url.protocol === 'wss:';
  const host = url.hostname.replace('[', '').replace(']', '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  // A signed URL may lead to another host than the endpoint's.
  const target = host === endpoint.host ? { ...endpoint, port } : { host, port };
  const settings = secure ? await tlsSettings({ ...request, endpoint: { ...endpoint, ...target } }, signal) : undefined;
  const socket = await dial(request, target, signal);
  const stream = settings === undefined ? socket : await overTls(socket, settings, signal);
  return { type: 'webSocket', url: url.href, ...webSocketOptions(request, stream, headers) };
};
