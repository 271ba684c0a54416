import type { ScriptedBroker } from './scripted-broker.js';

/** What the broker knows of the round trips that publishing takes. */
export interface RoundTrips {
  /** How many windows it has acknowledged. */
  readonly count: number;
  /** Acknowledges what is held, and each window as soon as it is complete, from now on. */
  acknowledge(): void;
}

/**
 * Counts round trips, where a test could only time them. Over a network, all that is in flight is acknowledged a round trip
 * later; here the broker waits for a whole window, however long the machine takes to send it, and acknowledges it as one. A
 * client that waits for an acknowledgement before it uses up its window waits for ever. With `held`, nothing is acknowledged
 * before `acknowledge()`.
 */
export function countRoundTrips(broker: ScriptedBroker, total: number, window: number, held = false): RoundTrips {
  let count = 0;
  let left = total;
  let open = !held;
  let waiting: number[] = [];
  const answer = (): void => {
    if (!open || left === 0 || waiting.length < Math.min(window, left)) return;
    count++;
    left -= waiting.length;
    const ids = waiting;
    waiting = [];
    broker.latest.send(...ids.map((messageId) => ({ cmd: 'puback', messageId, reasonCode: 0 }) as const));
  };
  broker.on('publish', ({ messageId }) => {
    waiting.push(messageId!);
    answer();
  });
  return {
    get count() {
      return count;
    },
    acknowledge: () => {
      open = true;
      answer();
    },
  };
}
