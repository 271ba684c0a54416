import type { DropEvent } from '@rxmqtt/core';
import { type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { type Observable, firstValueFrom, toArray } from 'rxjs';
import { RxMqtt } from './rx-mqtt.js';

function connected(): { server: TestConnection; mqtt: RxMqtt } {
  const server = createTestConnection();
  server.connection.open().catch(() => undefined);
  server.wire.connack();
  return { server, mqtt: new RxMqtt(server.connection) };
}

describe('Mqtt', () => {
  it('shows the connection underneath', () => {
    const { connection } = createTestConnection();

    expect(new RxMqtt(connection).connection).toBe(connection);
  });

  it('speaks of its connection in every stream', async () => {
    const { server, mqtt } = connected();
    const streams: Observable<unknown>[] = [mqtt.state$, mqtt.connected$, mqtt.errors$, mqtt.drops$];
    const all = Promise.all(streams.map((each$) => firstValueFrom(each$.pipe(toArray()))));

    mqtt.publish('a', '', { qos: 1, timeout: 5 }).subscribe({ error: () => undefined });
    server.clock.advance(5);
    server.wire.cut();
    await mqtt.close();

    await expect(all).resolves.toMatchObject([
      [{ type: 'connected' }, { type: 'reconnecting' }, { type: 'closed' }],
      [true, false],
      [{ code: 'ERR_MQTT_NETWORK' }],
      [{ direction: 'out', topic: 'a', reason: 'aborted' }],
    ]);
  });

  it('tells drops in both directions', () => {
    const { server, mqtt } = connected();
    const drops: DropEvent[] = [];
    mqtt.drops$.subscribe((drop) => drops.push(drop));

    server.wire.message({ topic: 'nobody', qos: 1, packetId: 1 });
    mqtt.publish('a/#', '').subscribe({ error: () => undefined });

    expect(drops).toMatchObject([
      { direction: 'in', topic: 'nobody', reason: 'unobserved' },
      { direction: 'out', topic: 'a/#', reason: 'refused' },
    ]);
  });

  it('observes and publishes through its connection', () => {
    const { server, mqtt } = connected();
    const topics: string[] = [];
    mqtt.observe('a/{x}').subscribe(({ topic }) => topics.push(topic));
    mqtt.publish('a/1', 'on').subscribe();
    server.clock.advance();

    server.wire.message({ topic: 'a/1' });

    expect(topics).toEqual(['a/1']);
    expect(server.wire.sent.map(({ type }) => type)).toEqual(['publish', 'subscribe']);
  });

  it('closes, and says how it ended', async () => {
    const { server, mqtt } = connected();

    await mqtt.close();
    await mqtt.close();

    await expect(mqtt.closed).resolves.toEqual({ type: 'closed', by: 'user', cause: undefined });
    expect(server.wire.ended).toBe('ended');
  });

  it('drains: waits for what is under way, until its deadline', async () => {
    const { server, mqtt } = connected();
    mqtt.publish('a', '', { qos: 1 }).subscribe({ error: () => undefined });

    const drained = mqtt.drain({ deadline: 300 });
    server.clock.advance(299);
    expect(server.connection.state.type).toBe('draining');
    server.clock.advance(1);

    await expect(drained).resolves.toEqual({ unsettled: 1, unacknowledged: 0 });
    expect(server.connection.state.type).toBe('closed');
  });

  it('drains at the end of an `await using` block', async () => {
    const { server, mqtt } = connected();
    mqtt.publish('a', '', { qos: 1 }).subscribe();

    const disposed = mqtt[Symbol.asyncDispose]();
    expect(server.connection.state.type).toBe('draining');
    server.wire.acknowledge(4, 1);
    server.clock.advance();
    await disposed;

    expect(server.connection.state.type).toBe('closed');
  });
});
