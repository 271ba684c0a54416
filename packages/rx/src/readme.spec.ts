import type { ConnectionOptions } from '@rxmqtt/core';
import { type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { bufferCount, filter, groupBy, map, mergeMap } from 'rxjs';
import { RxMqtt } from './client/rx-mqtt.js';
import { type Mqtt, json, number, publishTo } from './index.js';

// What `connect` makes, with the test for a server.
let server: TestConnection;
function connect(_url: string, options: ConnectionOptions = {}): Mqtt {
  server = createTestConnection(options);
  return new RxMqtt(server.connection);
}

let warnings: unknown[];
const console = { warn: (warning: unknown) => warnings.push(warning) };

/** Word for word as people read it: twelve lines from a broker to a broker. */
function readme(): Mqtt {
  const mqtt = connect('mqtt://localhost');

  mqtt
    .observe('plant/{line}/{machine}/temp', { qos: 1, codec: number() })
    .pipe(
      groupBy(({ topic }) => topic),
      mergeMap((machine$) => machine$.pipe(bufferCount(3))),
      map((readings) => ({ ...readings[0]!.params, celsius: readings.reduce((sum, { value }) => sum + value, 0) / 3 })),
      filter(({ celsius }) => celsius > 80),
      map(({ line, ...alarm }) => ({ topic: `alarm/${line}`, payload: alarm })),
      publishTo(mqtt, { qos: 1, window: 16, codec: json() }),
    )
    .subscribe((status) => status.status === 'failed' && console.warn(status.error.message));

  return mqtt;
}

function published(): Extract<SentPacket, { type: 'publish' }>[] {
  return server.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish');
}

/** What the machines measure: a hot one and a cold one, taking turns. */
function measure(from: number, times: number): void {
  for (let i = 0; i < times; i++) {
    server.wire.message({ topic: 'plant/7/m1/temp', payload: String(from + i), qos: 1, packetId: 100 + 2 * i });
    server.wire.message({ topic: 'plant/7/m2/temp', payload: '20', qos: 1, packetId: 101 + 2 * i });
  }
}

describe('the pipeline of the README', () => {
  beforeEach(() => {
    warnings = [];
    readme();
    server.wire.connack();
    server.clock.advance();
  });

  it('subscribes to what the template says', () => {
    expect(server.wire.sent).toMatchObject([{ type: 'subscribe', filters: [{ filter: 'plant/+/+/temp', qos: 1 }] }]);
  });

  it('turns telemetry into alarms', () => {
    measure(90, 3);

    expect(published()).toMatchObject([
      { topic: 'alarm/7', payload: '{"machine":"m1","celsius":91}', qos: 1, properties: { contentType: 'application/json' } },
    ]);
    expect(warnings).toEqual([]);
  });

  it('goes on through a broken connection, and sends the alarm that was under way again', () => {
    measure(90, 3);
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack();
    server.clock.advance();
    measure(93, 3);

    expect(published().map(({ payload }) => payload)).toEqual([
      '{"machine":"m1","celsius":91}',
      '{"machine":"m1","celsius":91}',
      '{"machine":"m1","celsius":94}',
    ]);
  });

  it('warns of an alarm that the broker refuses, and goes on', () => {
    measure(90, 6);
    for (const [index, { packetId }] of published().entries()) server.wire.acknowledge(4, packetId, index === 0 ? 0x87 : 0);
    measure(96, 3);

    expect(warnings).toEqual([expect.stringContaining("alarm/7")]);
    expect(published()).toHaveLength(3);
  });
});
