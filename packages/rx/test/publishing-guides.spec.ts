import * as rxjs from 'rxjs';
import * as rx from '../src/index.js';
import { newClient } from './open.js';
import { cleanup, guideBlocks, leavesNothingBehind, runBlock, startMosquitto, within } from './support.js';

leavesNothingBehind();

/** Runs a program against a broker; the answer is what it printed. */
async function run(code: string, url: string): Promise<string> {
  const connect = (_: string, options: rx.ConnectionOptions = {}): rx.Mqtt => newClient(url, options);
  // Subscriptions are granted in their order: when this one is, so are those before.
  const subscribed = (mqtt: rx.Mqtt) => mqtt.connection.subscribe('granted', {}, () => undefined).ready;
  const { printed, done } = runBlock(code, {
    modules: { '@rxmqtt/rx': { ...rx, connect }, rxjs },
    given: { subscribed },
  });
  await within(done, 20_000, 'the program ends');
  return printed.map((line) => `${line}\n`).join('');
}

describe.each([
  ['publishing.md', guideBlocks('publishing.md')],
  ['request-response.md', guideBlocks('request-response.md')],
] as const)('docs/guides/%s', (_name, blocks) => {
  test.each(blocks)('$title', async ({ code, output }) => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());

    await expect(run(code, mosquitto.url)).resolves.toBe(output);
  });
});
