/** Where this runs: a bundler for browsers takes `platform-browser.ts` instead, as the package's `browser` field says. */
export const platform: 'node' | 'browser' = 'node';
