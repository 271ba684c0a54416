import { connect, createServer } from 'node:net';

/** Where ports begin that tests give to other programs. */
const FIRST = 20_000;
const COUNT = 6_000;

/**
 * A free port for a program that wants to be told one. It is below the range from which the kernel gives ports to clients: a
 * client that keeps knocking at a port of that range while the broker is down ends up connected to itself, and the broker
 * cannot come back. And it is nobody else's: tests run in several processes at once, and a broker that restarts must find its
 * port free.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await reserved(port)) && (await isFree(port))) return port;
  }
}

/** A port where nobody listens: that of a service which has not been in use for decades. */
export const CLOSED_PORT = 1;

/** Fulfils when somebody takes connections there. */
export async function listens(port: number): Promise<void> {
  while (!(await accepts(port)));
}

/** Reserves a port as long as this process lives: it listens on one that stands for it, which only one process can. */
function reserved(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().unref();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port + COUNT, '127.0.0.1', () => {
      resolve(true);
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
