import { type Socket, connect } from 'node:net';
import { Duplex } from 'node:stream';
import type { TransportProvider, TransportStream } from '../src/index.js';
import { transportCases } from '../src/testing/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';

leavesNothingBehind();

/** A transport as an application may have one: a socket, or a pair of web streams over it. */
function transport(
  port: number,
  open: (socket: Socket) => TransportStream,
): { provider: TransportProvider; cut(): void } {
  let newest: Socket | undefined;
  return {
    provider: () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1');
        newest = socket;
        socket.once('error', reject);
        socket.once('connect', () => {
          resolve(open(socket));
        });
      }),
    cut: () => newest?.destroy(),
  };
}

async function broker(): Promise<Mosquitto> {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  return mosquitto;
}

describe.each([
  ['a Duplex', (socket: Socket): TransportStream => socket],
  ['a pair of web streams', (socket: Socket): TransportStream => Duplex.toWeb(socket) as TransportStream],
])('a transport of %s', (_, open) => {
  it.each(transportCases)('$name', async ({ run }) => {
    const { port, url } = await broker();
    const { provider, cut } = transport(port, open);
    await run({ server: url, options: { transport: provider }, cut });
  });
});

describe('the cases', () => {
  it.each([
    ['loses a byte', (chunk: Buffer) => chunk.subarray(0, Math.max(1, chunk.length - 1))],
    ['changes a byte', (chunk: Buffer) => Buffer.from(chunk.map((byte, index) => (index === 1_000 ? byte ^ 1 : byte)))],
  ])(
    'find a transport that %s',
    async (_, spoil) => {
      const { port, url } = await broker();
      const { provider, cut } = transport(port, (socket) => {
        const write = socket.write.bind(socket) as (chunk: Buffer, ...rest: unknown[]) => boolean;
        socket.write = (chunk: Buffer, ...rest: unknown[]) =>
          write(chunk.length > 4_096 ? spoil(Buffer.from(chunk)) : chunk, ...rest);
        return socket;
      });
      // What never comes is waited for as long as a slow transport may take: here it does not take that long.
      const set = globalThis.setTimeout;
      const sooner = jest.spyOn(globalThis, 'setTimeout');
      sooner.mockImplementation((act: () => void, delay?: number) => set(act, delay === 10_000 ? 2_000 : delay));
      cleanup(() => {
        sooner.mockRestore();
      });
      const megabyte = transportCases.find(({ name }) => name.includes('megabyte'));
      await expect(
        megabyte?.run({ server: url, options: { transport: provider, connectTimeout: 1_000 }, cut }),
      ).rejects.toThrow(/should be|took more/);
    },
    40_000,
  );
});
