/** Takes the place of `platform.ts` in bundles for browsers. */
export const platform: 'node' | 'browser' = 'browser';
