import { type Socket, connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { map } from 'rxjs';
import { presence, presenceWill, presences } from '../src/index.js';
import { startAedes } from './aedes.js';
import { Log, newClient } from './open.js';
import { cleanup, leavesNothingBehind, startMosquitto, within } from './support.js';

leavesNothingBehind();

const brokers = {
  mosquitto: async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    return mosquitto.url;
  },
  aedes: async () => (await startAedes()).url,
};

/** A way to a broker that can be broken. */
async function breakableWay(url: string) {
  const sockets = new Set<Socket>();
  let isBroken = false;
  const server = createServer((near) => {
    if (isBroken) {
      near.destroy();
      return;
    }
    const far = connectSocket(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  cleanup(() => {
    cut();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return {
    url: `mqtt://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    breakOff: () => {
      isBroken = true;
      cut();
    },
    mend: () => {
      isBroken = false;
    },
  };
}

describe.each([
  ['mosquitto', 5],
  ['mosquitto', 4],
  ['aedes', 5],
  ['aedes', 4],
] as const)('on %s, MQTT version %s', (broker, protocolVersion) => {
  test('who comes, breaks off, comes back and says goodbye is seen', async () => {
    const url = await brokers[broker]();
    const watcher = newClient(url, { protocolVersion });
    const there = new Log(
      presences(watcher, 'p/{id}', { key: ({ params }) => params.id }).pipe(
        map((each) => [...each.keys()].sort().join()),
      ),
    );
    await there.until((values) => values.at(-1) === '', 'nobody is there');

    const way = await breakableWay(url);
    const join = (id: string, through = url) => {
      const will = presenceWill({ topic: `p/${id}` });
      const mqtt = newClient(through, { protocolVersion, clientId: id, will });
      return { mqtt, will, statuses: new Log(presence(mqtt, will)) };
    };
    const a = join('a', way.url);
    const b = join('b');
    const c = join('c');
    await there.until((values) => values.at(-1) === 'a,b,c', 'all are there');

    way.breakOff();
    await there.until((values) => values.at(-1) === 'b,c', 'a has broken off, and its will says so');
    way.mend();
    await there.until((values) => values.at(-1) === 'a,b,c', 'a is back by itself', 10_000);
    await a.statuses.received(2);
    expect(a.statuses.values.map(({ status }) => status)).toEqual(['online', 'online']);

    await within(b.mqtt.drain({ deadline: 2_000 }), 5_000, 'b drains');
    await there.until((values) => values.at(-1) === 'a,c', 'b has said goodbye');
    await within(c.mqtt.close(), 5_000, 'c closes');
    await there.until((values) => values.at(-1) === 'a', 'c has said goodbye');
    a.statuses.unsubscribe();
    await there.until((values) => values.at(-1) === '', 'a has said goodbye');
    const again = new Log(presence(a.mqtt, a.will));
    await there.until((values) => values.at(-1) === 'a', 'a is there again');
    expect(again.error).toBeUndefined();

    // Whoever comes late is told by the retained messages.
    const late = new Log(
      presences(newClient(url, { protocolVersion }), 'p/+').pipe(map((each) => [...each.keys()].join())),
    );
    await late.until((values) => values.at(-1) === 'p/a', 'the late one knows');
  });
});
