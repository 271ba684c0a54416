import { dedupe } from '@rxmqtt/rx';
import { defer, filter } from 'rxjs';

const COUNT = 10_000;
const TIME_MS = 60_000;

/** Every message comes twice. */
function keys() {
  let calls = 0;
  return () => calls++ >> 1;
}

export const ours = () => dedupe({ key: keys(), window: { count: COUNT, time: TIME_MS } });

/**
 * `distinct()` with a bound, for it remembers for ever: the keys in a ring, the oldest of which gives way. Keys that are too old
 * stay until then, and duplicates are not acknowledged.
 */
export const twin = () => (messages$) =>
  defer(() => {
    const key = keys();
    const seen = new Map();
    const ring = new Array(COUNT).fill(undefined);
    let at = 0;
    return messages$.pipe(
      filter((message) => {
        const name = key(message);
        const now = Date.now();
        if (seen.get(name) > now - TIME_MS) return false;
        seen.delete(ring[at]);
        ring[at] = name;
        at = (at + 1) % COUNT;
        seen.set(name, now);
        return true;
      }),
    );
  });

export const emits = (count) => Math.ceil(count / 2);
