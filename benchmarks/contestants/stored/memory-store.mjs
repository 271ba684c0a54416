import { memoryStore } from '@rxmqtt/core';
import { connectWithStore } from './publish-stored.mjs';

/** `memoryStore()`: what a store costs without a disk. */
export function connect(setting, tally) {
  return connectWithStore(setting, tally, memoryStore());
}
