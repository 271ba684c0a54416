import * as core from '@rxmqtt/core';
import * as rxjs from 'rxjs';
import * as rx from '../src/index.js';
import { newClient } from './open.js';
import { cleanup, guideBlocks, leavesNothingBehind, runBlock, startMosquitto, within } from './support.js';

leavesNothingBehind();

const blocks = guideBlocks('observing.md');

/** What is published for each block, before it runs (retained) and while it does, and what it must print then. */
interface Script {
  readonly retained?: readonly (readonly [topic: string, payload: string])[];
  readonly published?: readonly (readonly [topic: string, payload: string])[];
  readonly printed: readonly string[];
}

const SCRIPTS: readonly Script[] = [
  {
    published: [
      ['plant/7/press/temp', '{"celsius":79}'],
      ['plant/7/saw/temp', '{"celsius":81.5}'],
    ],
    printed: ['saw of line 7 has 81.5 degrees'],
  },
  { published: [['plant/7/temp/inner/left', 'x']], printed: ['7 inner/left'] },
  { printed: ['plant/7/press/temp', 'plant/7/+/temp', 'InvalidTopicError'] },
  {
    published: [
      ['plant/7/temp', '21'],
      ['plant/7/alarm/3', 'hot'],
    ],
    printed: ['7 has 21', 'alarm of level 3'],
  },
  {
    published: [
      ['plant/7/temp', '1'],
      ['plant/8/temp', '2'],
      ['plant/9/temp', '3'],
    ],
    printed: ['plant/8/temp 2', 'plant/9/temp 3'],
  },
  {
    published: [
      ['plant/7/temp', '1'],
      ['plant/7/temp', '2'],
    ],
    printed: ['first 1', 'then 2'],
  },
  { retained: [['config/a', '1']], published: [['config/b', '2']], printed: ['a is 1'] },
  { published: [['work/7', 'x']], printed: ['done 7'] },
  {
    published: [
      ['plant/7/temp', '21'],
      ['plant/7/load', '3'],
    ],
    printed: [
      'temp 7 21',
      '1 topics',
      'plant/7/temp fresh',
      'line 7',
      '2 topics',
      'plant/7/load fresh',
      'something else: plant/7/load',
      'plant/7/temp stale',
      'plant/7/load stale',
    ],
  },
  { published: [['plant/7', 'x']], printed: ['plant/7'] },
];

/** Runs a block, whose clients are closed after the test. */
function run(code: string, url: string) {
  const clients: rx.Mqtt[] = [];
  const connect = (_url: string, options: rx.ConnectionOptions = {}): rx.Mqtt => {
    const client = newClient(url, options);
    clients.push(client);
    return client;
  };
  return { ...runBlock(code, { modules: { '@rxmqtt/rx': { ...rx, connect }, '@rxmqtt/core': core, rxjs } }), clients };
}

async function publish(mqtt: rx.Mqtt, [topic, payload]: readonly [string, string], retain: boolean): Promise<void> {
  await within(rxjs.firstValueFrom(mqtt.publish(topic, payload, { qos: 1, retain })), 5_000, `the publish to ${topic}`);
}

describe('docs/guides/observing.md', () => {
  it('has a script for each block', () => {
    expect(blocks).toHaveLength(SCRIPTS.length);
  });

  it.each(SCRIPTS.map((script, index) => [index + 1, script] as const))(
    'block %i does what it says',
    async (number, script) => {
      const { retained = [], published = [], printed } = script;
      const mosquitto = await startMosquitto();
      cleanup(() => mosquitto.remove());
      const other = newClient(mosquitto.url);
      for (const message of retained) await publish(other, message, true);

      const { clients, done, printed: lines, until } = run(blocks[number - 1]?.code ?? '', mosquitto.url);
      await done;
      for (const { connection } of clients) {
        // Answered after all that the block has asked for, the changes of its filters included.
        for (let i = 0; i < 2; i++)
          await within(connection.subscribe(`granted/${String(i)}`, {}, () => undefined).ready, 5_000, 'SUBACK');
      }
      for (const message of published) await publish(other, message, false);

      await until(printed.length);
      expect([...lines].sort()).toEqual([...printed].sort());
    },
  );
});
