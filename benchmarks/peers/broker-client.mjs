import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeConnect } from '../contestants/limit-packets.mjs';
import { FrameReader } from './frame-reader.mjs';

/**
 * Connects a peer to a broker that is not its own, on MQTT 3.1.1, as a client that does nothing but what it is told.
 * @param handler its `packet(bytes, first, body, end)` gets what comes, CONNACK first.
 * @returns the socket, once CONNACK has come.
 */
export async function connectToBroker(port, clientId, handler) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const reader = new FrameReader();
  socket.on('data', (chunk) => {
    reader.push(chunk, handler);
  });
  socket.on('error', () => {
    socket.destroy();
  });
  socket.write(encodeConnect(4, clientId));
  await once(socket, 'data');
  return socket;
}
