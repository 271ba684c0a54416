import { createTestConnection } from '@rxmqtt/core/testing';
import * as rxjs from 'rxjs';
import { RxMqtt } from '../src/client/rx-mqtt.js';
import * as rx from '../src/index.js';
import { guideBlocks, runBlock } from './support.js';

const connect = (_url: string): rx.Mqtt => new RxMqtt(createTestConnection().connection);
const modules = { '@rxmqtt/rx': { ...rx, connect }, rxjs };

/** The other blocks are run in core. */
const [block, ...rest] = guideBlocks('observability.md').filter(({ code }) => code.includes("'@rxmqtt/rx'"));

test('docs/guides/observability.md: looks at the stats three times', async () => {
  const { printed, done } = runBlock(block?.code ?? '', { modules });
  await done;

  expect(printed).toEqual(['3 0']);
  expect(rest).toEqual([]);
});
