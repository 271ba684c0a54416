import { sessionStoreCases } from '../testing/index.js';
import { memoryStore } from './memory-store.js';

describe('the store in memory', () => {
  it.each(sessionStoreCases)('$name', async ({ run }) => {
    const store = memoryStore();
    await expect(run({ open: () => store })).resolves.toBeUndefined();
  });

  it('can be made with entries', async () => {
    const keys: string[] = [];
    for await (const { key } of memoryStore([
      { key: 'b', value: Uint8Array.of(1) },
      { key: 'a', value: Uint8Array.of() },
    ]).read())
      keys.push(key);
    expect(keys).toEqual(['a', 'b']);
  });
});
