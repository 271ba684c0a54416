import type { Socket } from 'node:net';
import { connect, type ConnectionOptions as NodeTlsOptions, type TLSSocket } from 'node:tls';
import { settled } from './connected.js';

/** TLS over a socket, once the other side has been verified. */
export function overTls(socket: Socket, settings: NodeTlsOptions, signal: AbortSignal): Promise<TLSSocket> {
  return settled(connect({ ...settings, socket }), 'secureConnect', signal);
}
