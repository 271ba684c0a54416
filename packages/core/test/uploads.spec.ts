import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Framer } from './support/framer.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { LivedTime } from './support/lived-time.js';
import { openConnection, StateLog } from './support/open.js';
import { Watch } from './support/watch.js';
import { within } from './support/within.js';

leavesNothingBehind();

/**
 * A server on a Unix socket, whose buffer of some 200 kB is that of a slow link; those of TCP on one machine swallow
 * megabytes. It reads at a rate, in bytes per tick of 20 ms, until it is told to stop.
 */
class SlowServer {
  readonly url: string;
  read = 0;
  /** The first byte of the packet that came last. */
  lastPacket = 0;
  connections = 0;
  rate = Infinity;
  readonly #watch = new Watch(() => `${String(this.read)} bytes read, ${String(this.connections)} connections`);

  private constructor(path: string) {
    this.url = `mqtt+unix://${path}`;
  }

  static async start(): Promise<SlowServer> {
    const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-slow-'));
    const path = join(directory, 's');
    const slow = new SlowServer(path);
    const sockets: Socket[] = [];
    const server = createServer({ highWaterMark: 16 * 1024 }, (socket) => {
      sockets.push(socket);
      slow.connections++;
      slow.#serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    cleanup(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      rmSync(directory, { recursive: true });
    });
    return slow;
  }

  until(condition: () => boolean, what: string, deadline: number): Promise<void> {
    return this.#watch.until(condition, what, deadline);
  }

  #serve(socket: Socket): void {
    let credit = 0;
    let greeted = false;
    const framer = new Framer();
    socket.on('error', () => undefined);
    const timer = setInterval(() => {
      credit = Math.min(credit + this.rate, this.rate);
      if (credit > 0) socket.resume();
    }, 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
    socket.on('data', (chunk) => {
      this.read += chunk.length;
      if (!greeted) socket.write(Uint8Array.of(0x20, 2, 0, 0));
      greeted = true;
      for (const packet of framer.push(chunk)) {
        this.lastPacket = packet[0]!;
        if (this.lastPacket === PINGREQ) socket.write(PINGRESP);
      }
      credit -= chunk.length;
      if (credit <= 0) socket.pause();
      this.#watch.changed();
    });
  }
}

const PINGREQ = 0xc0;
const PINGRESP = Uint8Array.of(0xd0, 0);
const MEGABYTE = 1024 * 1024;

test.each([
  ['one message of 4 MB', 1, 4 * MEGABYTE],
  ['400 messages of 10 kB', 400, 10 * 1024],
])('a slow upload of %s over three keepalives is no dead peer', async (_, count, size) => {
  const server = await SlowServer.start();
  const connection = await openConnection(server.url, { keepalive: 1, protocolVersion: 4 });
  const states = new StateLog(connection);
  server.rate = (4 * MEGABYTE) / 175;
  const payload = new Uint8Array(size).fill(7);
  const start = performance.now();
  for (let i = 0; i < count; i++) connection.publish('t', payload).onSettled(() => undefined);
  await server.until(() => server.read > count * size, 'all has come', 20_000);
  expect(performance.now() - start).toBeGreaterThan(2_500);
  // And the ping behind it is answered.
  await server.until(() => server.lastPacket === PINGREQ, 'a ping', 5_000);
  expect(states.types).toEqual(['connected']);
  expect(server.connections).toBe(1);
});

test.each([
  ['one message of 4 MB', 1, 4 * MEGABYTE],
  ['messages without pause', Infinity, 10 * 1024],
])('a peer that stops reading while it is sent %s is noticed as soon as any other', async (_, count, size) => {
  const server = await SlowServer.start();
  const connection = await openConnection(server.url, { keepalive: 1, protocolVersion: 4 });
  const states = new StateLog(connection);
  server.rate = 0;
  const payload = new Uint8Array(size).fill(7);
  const publish = (): void => {
    connection.publish('t', payload).onSettled(() => undefined);
  };
  publish();
  const publishing = count === 1 ? undefined : setInterval(publish, 5);
  cleanup(() => {
    clearInterval(publishing);
  });
  const time = new LivedTime();
  cleanup(() => {
    time.stop();
  });
  const [lost] = await within(states.until('reconnecting'), 10_000, 'it is noticed');
  // 1.5 x keepalive, and what a machine that is busy is late without standing still.
  expect(time.passed).toBeLessThan(2_500);
  expect(lost).toMatchObject({ by: 'keepalive', cause: { code: 'ERR_MQTT_KEEPALIVE_TIMEOUT' } });
});
