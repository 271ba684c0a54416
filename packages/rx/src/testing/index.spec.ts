import { memoryStore } from '@rxmqtt/core';
import * as core from '@rxmqtt/core/testing';
import * as testing from './index.js';

describe('for implementers', () => {
  it('there are the cases of stores and transports, as the core has them', () => {
    expect(testing.sessionStoreCases).toBe(core.sessionStoreCases);
    expect(testing.transportCases).toBe(core.transportCases);
  });

  it.each(testing.sessionStoreCases)('a store is tried by itself: $name', async ({ run }) => {
    const store = memoryStore();
    await expect(run({ open: () => store })).resolves.toBeUndefined();
  });
});
