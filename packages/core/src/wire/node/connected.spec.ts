import { type AddressInfo, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { cleanup, leavesNothingBehind } from '../../../test/support/globals.js';
import { connected } from './connected.js';

leavesNothingBehind();

const PIECE = 1_000;

/** A socket, and the other end of it. */
async function pair(): Promise<{ socket: Socket; peer: Socket }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const { port } = server.address() as AddressInfo;
  const socket = await connected({ host: '127.0.0.1', port }, new AbortController().signal);
  const [peer] = await accepted;
  cleanup(async () => {
    socket.destroy();
    peer.destroy();
    server.close();
    await once(server, 'close');
  });
  return { socket, peer };
}

async function written(to: Socket, bytes: number): Promise<void> {
  await new Promise<void>((resolve) => {
    to.write(new Uint8Array(bytes), () => {
      resolve();
    });
  });
}

describe('a socket', () => {
  it('that is paused leaves what comes to the kernel, but for what is on its way', async () => {
    const { socket, peer } = await pair();
    const other = await pair();
    socket.on('data', () => undefined);
    socket.pause();
    for (let i = 1; i <= 10; i++) {
      await written(peer, PIECE);
      // What comes to another socket later comes to this one before, if it reads.
      await written(other.peer, 1);
      await once(other.socket, 'data');
    }
    expect(socket.bytesRead).toBeLessThanOrEqual(2 * PIECE);
    const all = new Promise<void>((resolve) => {
      socket.on('data', () => {
        if (socket.bytesRead === 10 * PIECE) resolve();
      });
    });
    socket.resume();
    await all;
  });
});
