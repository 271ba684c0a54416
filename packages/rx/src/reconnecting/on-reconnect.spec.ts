import { map, of, take } from 'rxjs';
import { watch } from '../../test/operators/marbles.js';
import { connected, idle } from '../../test/operators/scripted.js';
import { onReconnect } from './on-reconnect.js';
import { repeatOnReconnect } from './repeat-on-reconnect.js';

const presence = map(({ sessionPresent }: { sessionPresent: boolean }) => sessionPresent);

describe('onReconnect', () => {
  it('emits for each connection after the one that is there, with what was agreed on', () => {
    const script = connected();
    const seen = watch(onReconnect(script.mqtt).pipe(presence));
    script.reconnect(true);
    script.reconnect(false);
    expect(seen).toMatchObject({ values: [true, false], completed: false });
  });

  it('says nothing of the first connection, and does not open it', () => {
    const script = idle();
    const seen = watch(onReconnect(script.mqtt));
    expect(script.server.wires).toHaveLength(0);
    void script.server.connection.open();
    script.server.wire.connack();
    expect(seen.values).toEqual([]);
    script.reconnect();
    expect(seen.values).toHaveLength(1);
  });

  it('emits for the next connection when it is subscribed while there is none', () => {
    const script = connected();
    script.server.wire.cut();
    const seen = watch(onReconnect(script.mqtt));
    expect(seen.values).toEqual([]);
    script.server.clock.advance(1);
    script.server.wire.connack();
    expect(seen.values).toHaveLength(1);
  });

  it('emits for the next connection when it is subscribed in the middle of an attempt, also the first one after a loss', () => {
    for (const attempts of [1, 2]) {
      const script = connected();
      // The attempts after a connection that has lasted are counted from 1, as those of the first one are.
      script.server.clock.advance(10_000);
      script.server.wire.cut();
      script.server.clock.advance(1);
      for (let i = 1; i < attempts; i++) {
        script.server.wire.cut();
        script.server.clock.advance(1);
      }
      expect(script.mqtt.connection.state.type).toBe('connecting');
      const seen = watch(onReconnect(script.mqtt).pipe(presence));
      script.server.wire.connack({ sessionPresent: true });

      expect(seen.values).toEqual([true]);
    }
  });

  it('says nothing of a first connection that takes several attempts', () => {
    const script = idle();
    const early = watch(onReconnect(script.mqtt));
    void script.server.connection.open();
    script.server.wire.cut();
    const late = watch(onReconnect(script.mqtt));
    script.server.clock.advance(1);
    script.server.wire.connack();

    expect([early.values, late.values]).toEqual([[], []]);
    script.reconnect();
    expect([early.values.length, late.values.length]).toEqual([1, 1]);
  });

  it('tells a consumer that breaks the connection of the one after that', () => {
    const script = connected();
    let seen = 0;
    onReconnect(script.mqtt).subscribe(() => {
      if (++seen === 1) script.reconnect();
    });
    script.reconnect();

    expect(seen).toBe(2);
  });

  it('completes with the connection', async () => {
    const script = connected();
    const seen = watch(onReconnect(script.mqtt));
    await script.mqtt.close();
    expect(seen).toMatchObject({ values: [], completed: true });
    expect(watch(onReconnect(script.mqtt)).completed).toBe(true);
  });

  it('lets go of the connection when it is unsubscribed from, also by a consumer', () => {
    const script = connected();
    const seen = watch(onReconnect(script.mqtt).pipe(take(1)));
    script.reconnect();
    script.reconnect();
    expect(seen).toMatchObject({ completed: true });
    expect(seen.values).toHaveLength(1);
  });
});

describe('repeatOnReconnect', () => {
  it('subscribes to the source at once, also offline, and anew with each connection', () => {
    const script = idle();
    let subscribed = 0;
    const seen = watch(
      of(1).pipe(
        map(() => ++subscribed),
        repeatOnReconnect(script.mqtt),
      ),
    );
    expect(seen.values).toEqual([1]);
    void script.server.connection.open();
    script.server.wire.connack();
    script.reconnect();
    expect(seen).toMatchObject({ values: [1, 2], completed: false });
  });

  it('completes when the connection has ended and the source has completed', async () => {
    const script = connected();
    const seen = watch(of(1).pipe(repeatOnReconnect(script.mqtt)));
    await script.mqtt.close();
    expect(seen).toMatchObject({ values: [1], completed: true });
  });
});
