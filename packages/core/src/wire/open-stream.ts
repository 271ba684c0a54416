import type { StreamOpener } from './opened-stream.js';

/**
 * Opens the stream of an attempt by the means of Node, which are loaded when they are needed. Bundles for browsers have
 * `open-stream-browser.ts` in its place.
 */
export const openStream: StreamOpener = async (request, signal) => {
  const platform = await import('./node/open-stream.js');
  return platform.openStream(request, signal);
};
