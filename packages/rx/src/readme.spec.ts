import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { filter, map } from 'rxjs';
import { RxMqtt } from './client/rx-mqtt.js';
import { type Mqtt, json, number, publishTo } from './index.js';

// What the examples take for the network and the terminal.
let server: TestConnection;
let printed: unknown[][];

function connect(_url: string): Mqtt {
  server = createTestConnection();
  return new RxMqtt(server.connection);
}

const console = { log: (...line: unknown[]) => printed.push(line) };

function pipeline(): void {
  // README.md
  const mqtt = connect('mqtt://localhost');

  mqtt
    .observe('plant/{line}/temp', { qos: 1, codec: json<{ celsius: number }>() })
    .pipe(
      filter(({ value }) => value.celsius > 80),
      map(({ params, value }) => ({ topic: `alarm/${params.line}`, payload: value })),
      publishTo(mqtt, { qos: 1, codec: json() }),
    )
    .subscribe(({ status, index }) => console.log(index, status));
  // end
}

async function firstSteps(): Promise<void> {
  // packages/rx/README.md
  const mqtt = connect('mqtt://localhost');
  mqtt
    .observe('plant/{line}/temp', { qos: 1, codec: number() })
    .subscribe(({ params, value }) => console.log(params.line, value));
  mqtt.publish('plant/7/temp', '21.5', { qos: 1, retain: true }).subscribe();
  await mqtt.drain();
  // end
}

/** Code without what a formatter or a reader may add. */
function bare(code: string): string {
  return code
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .map((line) => line.split(' // ')[0])
    .join('')
    .replaceAll(/\s+/g, '');
}

function published(): Extract<SentPacket, { type: 'publish' }>[] {
  return server.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish');
}

function measure(...celsius: readonly number[]): void {
  for (const [index, each] of celsius.entries()) {
    server.wire.message({
      topic: 'plant/7/temp',
      payload: JSON.stringify({ celsius: each }),
      qos: 1,
      packetId: 100 + index,
    });
  }
}

beforeEach(() => {
  printed = [];
});

describe.each(['README.md', 'packages/rx/README.md'])('%s', (readme) => {
  it('shows the code that is run here', () => {
    const root = join(__dirname, '../../..');
    const shown = readFileSync(join(root, readme), 'utf8').split('```ts\n')[1]?.split('\n```')[0] ?? '';
    const run = readFileSync(__filename, 'utf8').split(`// ${readme}\n`)[1]?.split('// end')[0] ?? '';

    expect(bare(shown)).toBe(bare(run));
    expect(bare(run)).toContain("connect('mqtt://localhost')");
  });
});

describe('the pipeline of the README', () => {
  beforeEach(() => {
    pipeline();
    server.wire.connack();
    server.clock.advance();
  });

  it('subscribes to what the template says', () => {
    expect(server.wire.sent).toMatchObject([{ type: 'subscribe', filters: [{ filter: 'plant/+/temp', qos: 1 }] }]);
  });

  it('turns telemetry into alarms, and prints what became of each', () => {
    measure(79, 81, 80, 99);
    expect(published()).toMatchObject([
      { topic: 'alarm/7', payload: '{"celsius":81}', qos: 1, properties: { contentType: 'application/json' } },
      { topic: 'alarm/7', payload: '{"celsius":99}', qos: 1 },
    ]);
    expect(printed).toEqual([]);

    for (const [index, { packetId }] of published().entries())
      server.wire.acknowledge(4, packetId, index === 0 ? 0 : 0x87);
    expect(printed).toEqual([
      [0, 'published'],
      [1, 'failed'],
    ]);
  });

  it('goes on through a broken connection, and sends the alarm that was under way again', () => {
    measure(90);
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack();
    server.clock.advance();
    measure(91);

    expect(published().map(({ payload }) => payload)).toEqual(['{"celsius":90}', '{"celsius":90}', '{"celsius":91}']);
  });
});

describe('the first steps of the README of rx', () => {
  it('observe, publish and drain', async () => {
    const done = firstSteps();
    server.wire.connack();
    expect(published()).toMatchObject([{ topic: 'plant/7/temp', payload: '21.5', qos: 1, retain: true }]);

    server.wire.acknowledge(4, published()[0]?.packetId ?? 0);
    server.clock.advance();
    await done;

    expect(server.connection.state.type).toBe('closed');
  });
});
