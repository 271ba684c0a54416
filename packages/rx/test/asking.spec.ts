import { firstValueFrom, forkJoin, from, map, mergeMap, of, range, toArray } from 'rxjs';
import { type Mqtt, NoResponderError, RemoteError, json, number, text } from '../src/index.js';
import { startAedes } from './aedes.js';
import { Log, newClient } from './open.js';
import { cleanup, foreignPublish, foreignSubscribe, leavesNothingBehind, startMosquitto, within } from './support.js';

leavesNothingBehind();

const brokers = {
  mosquitto: async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    return mosquitto.url;
  },
  aedes: async () => (await startAedes()).url,
};

const everywhere = [
  ['mosquitto', 5],
  ['mosquitto', 4],
  ['aedes', 5],
  ['aedes', 4],
] as const;

/** A responder that is subscribed. */
async function responding(mqtt: Mqtt, statuses: Log<unknown>): Promise<void> {
  await within(mqtt.connection.open(), 5_000, 'the responder connects');
  // Subscriptions are granted in their order: when this one is, so is the one before.
  await within(mqtt.connection.subscribe('granted', {}, () => undefined).ready, 5_000, 'the responder is subscribed');
  expect(statuses.error).toBeUndefined();
}

describe.each(everywhere)('on %s, MQTT version %s', (broker, protocolVersion) => {
  test('5,000 requests in parallel get their own replies, over one subscription', async () => {
    const url = await brokers[broker]();
    const server = newClient(url, { protocolVersion });
    const client = newClient(url, { protocolVersion });
    const statuses = new Log(
      server.respond('square/{what}', ({ value }) => value * value, {
        codec: number(),
        replyCodec: number(),
        allow: 'rxmqtt/reply/+',
      }),
    );
    await responding(server, statuses);

    const count = 5_000;
    const replies = new Log(
      range(0, count).pipe(
        mergeMap((i) =>
          client
            .request('square/it', i, { codec: number(), replyCodec: number(), timeout: 50_000, linger: 0 })
            .pipe(map(({ value }) => [i, value] as const)),
        ),
        toArray(),
      ),
    );
    await replies.ended(50_000);

    expect(replies.error).toBeUndefined();
    const [all = []] = replies.values;
    expect(all).toHaveLength(count);
    expect(all.every(([i, value]) => value === i * i)).toBe(true);
    await statuses.until((values) => values.length >= count, 'all statuses', 10_000);
    expect(new Set(statuses.values.map((status) => (status as { status: string }).status))).toEqual(
      new Set(['answered']),
    );
  });

  test('errors, several replies, and silence come back as such', async () => {
    const url = await brokers[broker]();
    const server = newClient(url, { protocolVersion });
    const client = newClient(url, { protocolVersion });
    const options = { replyCodec: json(), linger: 0 };
    const statuses = new Log(
      server.respond(
        'do/{what}',
        ({ params, payload }) => {
          switch (params.what) {
            case 'fail':
              throw new RemoteError('NOT_FOUND', 'no such machine');
            case 'break':
              throw new Error('a secret');
            case 'count':
              return from([1, 2, 3]);
            default:
              return of(payload.length);
          }
        },
        { replyCodec: json() },
      ),
    );
    await responding(server, statuses);

    await expect(firstValueFrom(client.request('do/fail', '', options))).rejects.toMatchObject({
      remoteCode: 'NOT_FOUND',
      message: expect.stringContaining('no such machine'),
    });
    await expect(firstValueFrom(client.request('do/break', '', options))).rejects.toMatchObject({
      remoteCode: 'INTERNAL',
      remoteMessage: '',
    });
    const counted = client.requestMany('do/count', '', { ...options, until: { sentinel: true } }).pipe(
      map(({ value }) => value),
      toArray(),
    );
    await expect(firstValueFrom(counted)).resolves.toEqual([1, 2, 3]);
    const bytes = client.request('do/else', new Uint8Array([0, 255, 10]), options).pipe(map(({ value }) => value));
    await expect(firstValueFrom(bytes)).resolves.toBe(3);
    const silence = client.request('nobody/here', '', { ...options, timeout: 500 });
    const error: unknown = await firstValueFrom(silence).catch((caught: unknown) => caught);
    if (broker === 'mosquitto' && protocolVersion === 5) expect(error).toBeInstanceOf(NoResponderError);
    else expect(error).toMatchObject({ code: 'ERR_MQTT_TIMEOUT' });
  });
});

test('one asks in MQTT 3.1.1 what another answers in MQTT 5', async () => {
  const url = await brokers.mosquitto();
  const server = newClient(url, { protocolVersion: 5 });
  const client = newClient(url, { protocolVersion: 4 });
  const statuses = new Log(server.respond('echo', ({ payload }) => payload));
  await responding(server, statuses);

  const reply$ = client.request('echo', 'ping', { replyCodec: text(), linger: 0 }).pipe(map(({ value }) => value));

  await expect(within(firstValueFrom(reply$), 5_000, 'the reply')).resolves.toBe('ping');
});

test('responders of a group share the work, and each request is answered once', async () => {
  const url = await brokers.mosquitto();
  const servers = [1, 2, 3].map((name) => {
    const mqtt = newClient(url);
    return { mqtt, statuses: new Log(mqtt.respond('who', () => String(name), { group: 'workers' })) };
  });
  for (const { mqtt, statuses } of servers) await responding(mqtt, statuses);
  const client = newClient(url);
  const asked = range(0, 300).pipe(
    mergeMap(() => client.request('who', '', { replyCodec: text(), linger: 0 }).pipe(map(({ value }) => value))),
    toArray(),
  );
  const names = await within(firstValueFrom(asked), 20_000, 'the replies');

  expect(names).toHaveLength(300);
  expect(new Set(names).size).toBe(3);
});

test('everybody who listens answers requestMany', async () => {
  const url = await brokers.mosquitto();
  const servers = ['a', 'b', 'c'].map((name) => {
    const mqtt = newClient(url);
    return { mqtt, statuses: new Log(mqtt.respond('discover', () => name)) };
  });
  for (const { mqtt, statuses } of servers) await responding(mqtt, statuses);
  const client = newClient(url);
  const options = { replyCodec: text(), linger: 0 };
  const replies = forkJoin({
    counted: client.requestMany('discover', '', { ...options, until: { count: 3 } }).pipe(toArray()),
    stalled: client.requestMany('discover', '', { ...options, until: { stall: 1_500 } }).pipe(toArray()),
  });
  const { counted, stalled } = await within(firstValueFrom(replies), 10_000, 'the replies');

  expect(counted.map(({ value }) => value).sort()).toEqual(['a', 'b', 'c']);
  expect(stalled.map(({ value }) => value).sort()).toEqual(['a', 'b', 'c']);
});

test('a request of another program is answered: mosquitto_pub with a response topic', async () => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  const server = newClient(mosquitto.url);
  const statuses = new Log(server.respond('greet', ({ payload }) => `hello ${new TextDecoder().decode(payload)}`));
  await responding(server, statuses);
  const replies = await foreignSubscribe(mosquitto.port, 'my/replies', { qos: 1 });

  await foreignPublish(mosquitto.port, 'greet', 'world', {
    qos: 1,
    args: ['-D', 'publish', 'response-topic', 'my/replies'],
  });
  await foreignPublish(mosquitto.port, 'greet', '{"rxmqtt":"request","id":"7","replyTo":"my/replies","text":"3.1.1"}', {
    qos: 1,
  });

  await replies.received(2);
  expect(replies.payloads).toEqual(['hello world', '{"rxmqtt":"reply","id":"7","text":"hello 3.1.1"}']);
});
