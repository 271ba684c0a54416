import { connectWithStore } from './publish-stored.mjs';

/** Without a store: `stored` says that there was room in the outbox. */
export function connect(setting, tally) {
  return connectWithStore(setting, tally);
}
