import { InvalidOptionsError } from '@rxmqtt/core';
import { take } from 'rxjs';
import { hear } from '../../test/asked.js';
import { type Script, idle } from '../../test/scripted.js';
import { connect } from '../client/connect.js';
import { presence } from './presence.js';
import { type PresenceWill, presenceWill, rememberWill } from './presence-will.js';

const will = presenceWill({ topic: 'p/7' });

function withWill(chosen: PresenceWill = will): Script {
  const script = idle({ will: chosen });
  rememberWill(script.mqtt.connection, chosen);
  return script;
}

const said = ({ published }: Script): unknown[] =>
  published().map(({ topic, payload, retain, qos }) => [topic, payload, retain, qos]);

describe('presenceWill', () => {
  it('is the will of a client, retained', () => {
    expect(will).toEqual({ topic: 'p/7', payload: 'offline', qos: 1, retain: true });
    expect(presenceWill({ topic: 'a', offline: '', qos: 2, delay: 5 })).toEqual({
      topic: 'a',
      payload: '',
      qos: 2,
      retain: true,
      delay: 5,
    });
  });

  it('is known to the server from CONNECT on', () => {
    const script = withWill();
    presence(script.mqtt, will).subscribe();

    expect(script.server.wire.request.will).toMatchObject({ topic: 'p/7', payload: 'offline' });
  });

  it('is not to be had of a function, of which nobody knows what the server was told', async () => {
    const mqtt = connect('mqtt://localhost', { will: () => will });
    expect(() => presence(mqtt, will)).toThrow(/will: must be given to connect\(\) itself, and not a function/);
    await mqtt.close();
  });

  it.each(['close', 'drain'] as const)('is left to the server by %s({ withWill })', async (how) => {
    const script = withWill();
    presence(script.mqtt, will).subscribe();
    script.server.wire.connack();
    script.acknowledge('p/7');
    const ended = script.mqtt[how]({ withWill: true, sessionExpiry: 9 });
    script.server.clock.advance();
    await ended;
    expect(said(script)).toEqual([['p/7', 'online', true, 1]]);
    expect(script.server.wire.sent.at(-1)).toEqual({ type: 'disconnect', reasonCode: 4, sessionExpiry: 9 });
  });

  it('refuses what is no topic, at once', () => {
    expect(() => presenceWill({ topic: 'p/+' })).toThrow(InvalidOptionsError);
  });
});

describe('presence', () => {
  it('is cold; says on each connect that the client is there', () => {
    const script = withWill();
    const { mqtt, server, acknowledge } = script;
    const presence$ = presence(mqtt, will);
    expect(server.wires).toHaveLength(0);
    const heard = hear(presence$);
    server.wire.connack();
    expect(said(script)).toEqual([['p/7', 'online', true, 1]]);
    acknowledge('p/7');
    expect(heard.values).toMatchObject([{ status: 'online', result: { topic: 'p/7' } }]);

    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack();
    acknowledge('p/7');

    expect(said(script)).toHaveLength(2);
    expect(heard.values).toHaveLength(2);
    expect(heard.completed).toBe(false);
  });

  it('says it at once where there is a connection already', () => {
    const script = withWill();
    script.server.connection.open().catch(() => undefined);
    script.server.wire.connack();

    hear(presence(script.mqtt, will));

    expect(said(script)).toEqual([['p/7', 'online', true, 1]]);
  });

  it('takes its words from the will', () => {
    const mine = presenceWill({ topic: 'p', online: new Uint8Array([1]), offline: new Uint8Array([0]), qos: 0 });
    const script = withWill(mine);
    const heard = hear(presence(script.mqtt, mine));
    script.server.wire.connack();
    heard.leave();

    expect(said(script)).toEqual([
      ['p', new Uint8Array([1]), true, 0],
      ['p', new Uint8Array([0]), true, 0],
    ]);
  });

  it('tells when the server does not take it, and stays', () => {
    const script = withWill();
    const heard = hear(presence(script.mqtt, will));
    script.server.wire.connack();
    script.acknowledge('p/7', 0x87);

    expect(heard).toMatchObject({
      values: [{ status: 'failed', error: { reasonCode: 0x87 } }],
      completed: false,
      error: undefined,
    });
  });

  it.each(['drain', 'close'] as const)('says goodbye before %s()', async (end) => {
    const script = withWill();
    const heard = hear(presence(script.mqtt, will));
    script.server.wire.connack();
    script.acknowledge('p/7');

    const ended = script.mqtt[end]();
    script.acknowledge('p/7');
    script.server.clock.advance();
    await ended;

    expect(said(script)).toEqual([
      ['p/7', 'online', true, 1],
      ['p/7', 'offline', true, 1],
    ]);
    expect(script.server.wire.sent.at(-1)).toMatchObject({ type: 'disconnect', reasonCode: 0 });
    expect(heard.completed).toBe(true);
  });

  it.each<readonly ['drain' | 'close', object | null]>([
    ['drain', { sessionExpiry: -1 }],
    ['drain', { deadlin: 9 }],
    ['drain', null],
    ['close', { sessionExpiry: 1.5, withWill: 'yes' }],
    ['close', { withwill: true }],
    ['close', null],
  ])('says no goodbye before %s(%j), which is refused', async (end, options) => {
    const script = withWill();
    presence(script.mqtt, will).subscribe();
    script.server.wire.connack();
    script.acknowledge('p/7');

    await expect(script.mqtt[end](options as never)).rejects.toBeInstanceOf(InvalidOptionsError);

    expect(said(script)).toEqual([['p/7', 'online', true, 1]]);
    expect(script.mqtt.connection.state.type).toBe('connected');
  });

  it('says goodbye when it is unsubscribed, once', async () => {
    const script = withWill();
    const heard = hear(presence(script.mqtt, will));
    script.server.wire.connack();
    script.acknowledge('p/7');
    heard.leave();
    heard.leave();
    await script.mqtt.close();

    expect(said(script).map((each) => (each as string[])[1])).toEqual(['online', 'offline']);
  });

  it('says nothing where there is no connection: the server has said it', async () => {
    const script = withWill();
    const heard = hear(presence(script.mqtt, will));
    script.server.wire.connack();
    script.server.wire.cut();
    heard.leave();
    await script.mqtt.close();

    expect(said(script)).toHaveLength(1);
  });

  it('leaves after the first with take(1)', () => {
    const script = withWill();
    const heard = hear(presence(script.mqtt, will).pipe(take(1)));
    script.server.wire.connack();
    script.acknowledge('p/7');

    expect(heard.completed).toBe(true);
    expect(said(script).map((each) => (each as string[])[1])).toEqual(['online', 'offline']);
  });

  it('errors when the connection fails for good, and completes when it is closed already', async () => {
    const failed = withWill();
    const heard = hear(presence(failed.mqtt, will));
    failed.server.wire.connack({ reasonCode: 0x8a });
    expect(heard.error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED' });

    const closed = withWill();
    await closed.mqtt.close();
    expect(hear(presence(closed.mqtt, will)).completed).toBe(true);
  });

  it('refuses, at once, a client that was not connected with the will', () => {
    const mqtt = connect('mqtt://broker.invalid', { will: { ...will } });
    expect(() => presence(mqtt, will)).toThrow(/connect\(url, \{ will \}\)/);
    expect(() => presence(mqtt, { topic: 'p/7', payload: '' } as unknown as PresenceWill)).toThrow(/presenceWill\(\)/);

    expect(() => presence(connect('mqtt://broker.invalid', { will }), will)).not.toThrow();
  });
});
