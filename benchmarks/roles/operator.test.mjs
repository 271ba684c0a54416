import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { NEVER, concat, from, lastValueFrom, map, take, toArray } from 'rxjs';
import { prepare } from './operator.mjs';

const COUNT = 1_000;
const folder = new URL('../contestants/operator/', import.meta.url);

for (const file of readdirSync(folder)) {
  test(`${file}: the twin emits what ours does`, { timeout: 20_000 }, async (t) => {
    const operator = await import(new URL(file, folder).href);
    const { emits = (count) => count, look = ({ topic }) => topic } = operator;
    const outputs = async (side) => {
      const { inputs, context } = await prepare(operator, COUNT);
      t.after(() => context.mqtt.close());
      const inputs$ = concat(from(inputs), NEVER);
      return lastValueFrom(inputs$.pipe(operator[side](context), take(emits(COUNT)), map(look), toArray()));
    };
    assert.deepEqual(await outputs('ours'), await outputs('twin'));
  });
}
