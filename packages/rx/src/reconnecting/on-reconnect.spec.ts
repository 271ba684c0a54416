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
