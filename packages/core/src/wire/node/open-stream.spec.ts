import { type AddressInfo, createServer, Socket } from 'node:net';
import { once } from 'node:events';
import { cleanup, leavesNothingBehind } from '../../../test/support/globals.js';
import { connectRequest } from '../../../test/support/connect-request.js';
import { openStream } from './open-stream.js';

leavesNothingBehind();

const PIECE = 1_000;

/** A socket, and the other end of it. */
async function pair(coalesceReads: boolean): Promise<{ socket: Socket; peer: Socket }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const { port } = server.address() as AddressInfo;
  const usual = connectRequest();
  const opened = await openStream(
    {
      ...usual,
      endpoint: { ...usual.endpoint, protocol: 'mqtt', host: '127.0.0.1', port },
      socket: { ...usual.socket, coalesceReads },
    },
    new AbortController().signal,
  );
  if (opened.type !== 'stream' || !(opened.stream instanceof Socket)) throw new Error(`a ${opened.type}`);
  const socket = opened.stream;
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

/** What a paused socket reads of ten pieces that come one by one. */
async function readWhilePaused({ socket, peer }: { socket: Socket; peer: Socket }): Promise<number> {
  const other = await pair(true);
  socket.on('data', () => undefined);
  socket.pause();
  for (let i = 1; i <= 10; i++) {
    await written(peer, PIECE);
    // What comes to another socket later comes to this one before, if it reads.
    await written(other.peer, 1);
    await once(other.socket, 'data');
  }
  return socket.bytesRead;
}

describe('a socket that is paused', () => {
  it('leaves what comes to the kernel, but for what is on its way', async () => {
    const ends = await pair(true);
    expect(await readWhilePaused(ends)).toBeLessThanOrEqual(2 * PIECE);
    const { socket } = ends;
    const all = new Promise<void>((resolve) => {
      socket.on('data', () => {
        if (socket.bytesRead === 10 * PIECE) resolve();
      });
    });
    socket.resume();
    await all;
  });

  it('goes on reading for a while where reads are not coalesced', async () => {
    expect(await readWhilePaused(await pair(false))).toBe(10 * PIECE);
  });
});
