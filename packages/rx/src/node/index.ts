export { toReadable } from './to-readable.js';

export type { ToReadableOptions } from './to-readable.js';
