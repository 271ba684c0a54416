import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { cleanup } from './support.js';

/** The embedded broker of the examples, on a free port; closed after the test. */
export async function startAedes(): Promise<{ url: string }> {
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => {
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}
