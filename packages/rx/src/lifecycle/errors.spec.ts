import { ConnectionRefusedError, MqttError, NetworkError } from '@rxmqtt/core';
import { type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { take } from 'rxjs';
import { errorsOf } from './errors.js';

function watch({ connection }: TestConnection): { errors: MqttError[]; completed: boolean; leave(): void } {
  const seen = {
    errors: [] as MqttError[],
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = errorsOf(connection).subscribe({
    next: (error) => seen.errors.push(error),
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

describe('errors$', () => {
  it('does not open the connection', () => {
    const server = createTestConnection();

    expect(watch(server)).toMatchObject({ errors: [], completed: false });
    expect(server.connection.state.type).toBe('idle');
  });

  it('emits failed attempts and lost connections, in their order', () => {
    const server = createTestConnection({ reconnect: { jitter: 'none', initialDelay: 1, factor: 1 } });
    const seen = watch(server);
    const causes = ['no route', 'cut', 'no route again'].map(
      (reason) => new NetworkError('mqtt://test.invalid', reason),
    );
    server.connection.open().catch(() => undefined);

    server.wire.cut(causes[0]);
    server.clock.advance(1);
    server.wire.connack();
    server.wire.cut(causes[1]);
    server.clock.advance(1);
    server.wire.cut(causes[2]);

    expect(seen.errors).toEqual(causes);
    expect(seen.completed).toBe(false);
  });

  it('emits what the connection failed with, and completes', () => {
    const server = createTestConnection();
    const seen = watch(server);
    server.connection.open().catch(() => undefined);

    server.wire.connack({ reasonCode: 0x87 });

    expect(server.connection.state.type).toBe('failed');
    expect(seen.errors).toHaveLength(1);
    expect(seen.errors[0]).toBeInstanceOf(ConnectionRefusedError);
    expect(seen.completed).toBe(true);
  });

  it('emits what listeners throw, with the cause', () => {
    const server = createTestConnection();
    const seen = watch(server);
    const mistake = new Error('mine');
    server.connection.on('state', () => {
      throw mistake;
    });

    server.connection.open().catch(() => undefined);

    expect(seen.errors).toHaveLength(1);
    expect(seen.errors[0]).toBeInstanceOf(MqttError);
    expect(seen.errors[0]).toMatchObject({
      code: 'ERR_MQTT_LISTENER',
      message: expect.stringContaining("'state'"),
      cause: mistake,
    });
  });

  it('emits errors of ours as they are', () => {
    const server = createTestConnection();
    const seen = watch(server);
    const mistake = new MqttError('ERR_MQTT_CLOSED', 'mine');
    server.connection.on('state', () => {
      throw mistake;
    });

    server.connection.open().catch(() => undefined);

    expect(seen.errors).toEqual([mistake]);
    expect(seen.errors[0]).toBe(mistake);
  });

  it('has no replay, and completes on close()', () => {
    const server = createTestConnection();
    server.connection.open().catch(() => undefined);
    server.wire.cut();
    const late = watch(server);

    void server.connection.close();

    expect(late).toMatchObject({ errors: [], completed: true });
    expect(watch(server)).toMatchObject({ errors: [], completed: true });
  });

  it('emits nothing after leaving, nor after take(1)', () => {
    const server = createTestConnection({ reconnect: { jitter: 'none', initialDelay: 1, factor: 1 } });
    const seen = watch(server);
    const one: MqttError[] = [];
    errorsOf(server.connection)
      .pipe(take(1))
      .subscribe((error) => one.push(error));
    server.connection.open().catch(() => undefined);

    server.wire.cut();
    seen.leave();
    server.clock.advance(1);
    server.wire.cut();

    expect(seen.errors).toHaveLength(1);
    expect(one).toHaveLength(1);
  });
});
