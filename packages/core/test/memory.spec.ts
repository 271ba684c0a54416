import { leavesNothingBehind } from './support/globals.js';
import { encode } from './support/packets.js';
import { Program } from './support/program.js';
import { startBroker } from './support/scripted-broker.js';

/*
 * What a flood costs, measured in a process of its own: resident memory from the first message on, and where each message
 * went.
 */

jest.setTimeout(300_000);
leavesNothingBehind();

const MEGABYTE = 1 << 20;
const LIMIT = 32 * MEGABYTE;
/** Buffers include what is not collected yet. */
const BUFFERS = 48 * MEGABYTE;
/** Milliseconds, on a machine that is busy with other things. */
const SETTLED = 90_000;
const message = { cmd: 'publish', qos: 0, dup: false, retain: false } as const;

/** Bytes: resident since the process was warm, and since it was new; buffers since it was new. */
interface Growth {
  readonly warm: number;
  readonly cold: number;
  readonly external: number;
}

interface Received {
  readonly growth: Growth;
  readonly delivered: number;
  readonly dropped: number;
  readonly losses: number;
  readonly errors: readonly string[];
}

interface Published {
  readonly growth: Growth;
  readonly count: number;
  readonly before: number;
  readonly settled: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly congestions: number;
  readonly took: number;
}

describe('a flood of QoS 0 to a listener that takes its time', () => {
  test.each([
    ['dropOldest', 5, 100_000],
    ['dropNewest', 5, 100_000],
    ['latest', 5, 100_000],
    ['error', 5, 100_000],
    ['pause', 1, 10_000],
  ] as const)(
    '%s (%s ms each, %s messages): every message is delivered or counted as dropped, in bounded memory',
    async (overflow, milliseconds, count) => {
      const broker = await startBroker();
      const program = new Program('receive-flood', [broker.url, overflow, String(milliseconds), String(count)]);
      await program.next('the program subscribes');
      const end = { ...message, topic: 'end', payload: '', qos: 1, messageId: 1 } as const;
      broker.latest.send(flood('first', count), end);
      await program.next('the first flood is over', SETTLED);
      broker.latest.send(flood('flood', count), end);
      const result = (await program.next('the flood is over', SETTLED)) as Received;
      report(`receive, ${overflow}`, result);
      expect(result.delivered + result.dropped).toBe(count);
      expect(result.growth.warm).toBeLessThan(LIMIT);
      expect(result.growth.external).toBeLessThan(BUFFERS);
      expect(result.losses).toBe(0);
      expect(result.errors).toEqual(overflow === 'error' ? ['ERR_MQTT_OVERFLOW'] : []);
      if (overflow === 'pause') expect(result.dropped).toBe(0);
      else expect(result.dropped).toBeGreaterThan(0);
    },
  );
});

describe('1 GB pushed at a broker that has stopped to read', () => {
  test.each([
    ['error', 0],
    ['dropOldest', 0],
    ['latest', 0],
    ['block', 1],
  ] as const)('%s (QoS %s): memory stays bounded, and everything settles soon after a reset', async (overflow, qos) => {
    const broker = await startBroker();
    const program = new Program('publish-flood', [broker.url, overflow, String(1024 * MEGABYTE), String(qos)]);
    await program.next('the program connects');
    broker.latest.stopReading();
    program.tell('go');
    await program.next('1 GB is pushed', SETTLED);
    broker.latest.cut();
    const result = (await program.next('everything settles', SETTLED)) as Published;
    report(`publish, ${overflow}`, result);
    expect(result.growth.warm).toBeLessThan(LIMIT);
    expect(result.growth.external).toBeLessThan(BUFFERS);
    expect(result.settled).toBe(result.count);
    // With QoS 1 the window is full long before the socket is.
    if (qos === 0) expect(result.congestions).toBeGreaterThan(0);
    // What was accepted is delivered, within a second on a machine that is not busy: `took` is reported.
    expect(result.took).toBeLessThan(SETTLED);
  });
});

function flood(topic: string, count: number): Buffer {
  const payload = 'x'.repeat(100);
  return Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      encode({ ...message, topic: `${topic}/${String(i % 50)}`, payload: `${String(i)} ${payload}` }, 5),
    ),
  );
}

/** With RXMQTT_FIGURES, what was measured. */
function report(what: string, { growth, ...rest }: { readonly growth: Growth }): void {
  if (process.env['RXMQTT_FIGURES'] === undefined) return;
  const megabytes = Object.entries(growth).map(
    ([name, bytes]: [string, number]) => `${name} ${(bytes / MEGABYTE).toFixed(1)} MB`,
  );
  process.stdout.write(`${what}: ${megabytes.join(', ')} ${JSON.stringify(rest)}\n`);
}
