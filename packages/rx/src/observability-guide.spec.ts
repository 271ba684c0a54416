import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestConnection } from '@rxmqtt/core/testing';
import { firstValueFrom, take, toArray } from 'rxjs';
import { RxMqtt } from './client/rx-mqtt.js';
import { type Mqtt, sampleStats } from './index.js';

// What the guide takes for the network and the terminal. The other blocks are run in core.
const printed: unknown[][] = [];
const console = { log: (...line: unknown[]) => printed.push(line) };
const connect = (_url: string): Mqtt => new RxMqtt(createTestConnection().connection);

async function stats(): Promise<void> {
  // begin
  const mqtt = connect('mqtt://localhost');
  const looks = await firstValueFrom(sampleStats(mqtt, { interval: 10 }).pipe(take(3), toArray()));
  console.log(looks.length, looks[0]?.queues.outbox);
  await mqtt.close();
  // end
}

/** Code without what a formatter may add. */
function bare(code: string): string {
  return code
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .join('')
    .replaceAll(/\s+/g, '');
}

describe('docs/guides/observability.md', () => {
  it('shows the code that is run here', () => {
    const guide = readFileSync(join(__dirname, '../../../docs/guides/observability.md'), 'utf8');
    const shown = guide.split('```ts\n').find((block) => block.includes("'@rxmqtt/rx'"))?.split('\n```')[0] ?? '';
    const run = readFileSync(__filename, 'utf8').split('// begin\n')[1]?.split('// end')[0] ?? '';
    expect(bare(shown)).toBe(bare(run));
  });

  it('looks three times', async () => {
    await stats();
    expect(printed).toEqual([[3, 0]]);
  });
});
