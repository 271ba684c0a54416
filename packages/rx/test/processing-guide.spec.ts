import * as rxjs from 'rxjs';
import * as rx from '../src/index.js';
import * as node from '../src/node/index.js';
import { newClient } from './open.js';
import { cleanup, guideBlocks, leavesNothingBehind, runBlock, startMosquitto, Watch, within } from './support.js';

leavesNothingBehind();

/** What the blocks take for granted. */
const surroundings = {
  store: async () => undefined,
  work: async ({ topic }: rx.MqttMessage) => {
    if (topic === 'jobs/bad') throw new RangeError('bad');
    if (topic === 'jobs/flaky') throw new Error('flaky');
  },
  analyse: async (topic: string) => `found ${topic}`,
  readSensor: (() => {
    let calls = 0;
    return async () => {
      if (calls++ === 0) throw new Error('not yet');
      return 21.5;
    };
  })(),
};

function run(code: string, url: string) {
  let granted = 0;
  const watch = new Watch(() => `granted: ${String(granted)}`);
  const connect = (_: string, options: rx.ConnectionOptions = {}): rx.Mqtt => {
    const mqtt = newClient(url, options);
    const { connection } = mqtt;
    const subscribe = connection.subscribe.bind(connection);
    connection.subscribe = (...wish) => {
      const subscription = subscribe(...wish);
      subscription.ready.then(
        () => {
          granted++;
          watch.changed();
        },
        () => undefined,
      );
      return subscription;
    };
    return mqtt;
  };
  const modules = { '@rxmqtt/rx': { ...rx, connect }, '@rxmqtt/rx/node': node, rxjs };
  return {
    ...runBlock(code, { modules, given: surroundings }),
    /** Fulfils when the broker has granted what it observes. */
    subscribed: () => watch.until(() => granted >= code.split('.observe(').length - 1, 'it is subscribed', 10_000),
  };
}

type Sent = readonly [topic: string, payload?: string, qos?: 0 | 1];

/** What is published to each block, and what it must print (in any order where it works on several at once). */
const EXPECTED: Readonly<
  Record<string, readonly { readonly sent: readonly Sent[]; readonly prints: readonly string[] }[]>
> = {
  'Work, then acknowledge': [{ sent: [['orders/7', '{"id":"a"}', 1]], prints: ['processed orders/7'] }],
  'When a handler fails': [
    {
      sent: [
        ['jobs/good', '', 1],
        ['jobs/bad', '', 1],
        ['jobs/flaky', '', 1],
      ],
      prints: ['processed 1', 'deadLettered 1', 'deadLettered 3'],
    },
  ],
  'From broker to broker': [{ sent: [['plant/1', 'x', 1]], prints: [] }],
  'More than can be handled': [{ sent: [['camera/1/frame']], prints: ['found camera/1/frame'] }],
  'Numbers that tell what is missing': [
    {
      sent: [1, 4, 4].map((seq) => ['plant/7/telemetry', JSON.stringify({ seq }), 1]),
      prints: ['seq 1', 'plant/7/telemetry: 2 missing before 4', 'seq 4'],
    },
  ],
  'Around connections': [{ sent: [], prints: ['published'] }],
  Pulling: [
    {
      sent: [
        ['jobs/first', '', 1],
        ['jobs/last', '', 1],
      ],
      prints: ['jobs/first', 'jobs/last'],
    },
    { sent: [['log/a'], ['log/b']], prints: ['log/a', 'log/b'] },
  ],
};

const seen = new Map<string, number>();
const cases = guideBlocks('processing.md').map(({ title, code }) => {
  const index = seen.get(title) ?? 0;
  seen.set(title, index + 1);
  return { title, code, expected: EXPECTED[title]?.[index] };
});

describe('the guide to processing', () => {
  test('has no block that is not run', () => {
    expect(cases.filter(({ expected }) => expected === undefined)).toEqual([]);
    expect(cases).toHaveLength(Object.values(EXPECTED).flat().length);
  });

  test.each(cases)('$title', async ({ code, expected }) => {
    const { sent, prints } = expected!;
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const block = run(code, mosquitto.url);
    const other = newClient(mosquitto.url);
    const arrived = code.includes('forwardTo')
      ? rxjs.firstValueFrom(other.observe('factory-7/#', { qos: 1 }))
      : undefined;
    await block.subscribed();
    for (const [topic, payload = '.', qos = 0] of sent) {
      await rxjs.firstValueFrom(other.publish(topic, payload === '' ? '.' : payload, { qos }));
    }
    await block.until(prints.length);
    expect([...block.printed].sort()).toEqual([...prints].sort());
    if (arrived !== undefined)
      expect((await within(arrived, 5_000, 'what was forwarded')).topic).toBe('factory-7/plant/1');
    if (code.includes('for await')) await within(block.done, 5_000, 'the block ends');
  });
});
