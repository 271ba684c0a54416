import type { Mqtt, PublishResult } from '@rxmqtt/rx';
import type { Observable } from 'rxjs';

/** What was published. */
export interface Sent {
  readonly topic: string;
  readonly payload: unknown;
  readonly retain: boolean;
}

/** A client that observes what a test says, and whose broker acknowledges everything at once. */
export function fakeMqtt(messages$: Observable<unknown>): { readonly mqtt: Mqtt; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const outcome = { status: 'acknowledged', result: {} as PublishResult } as const;
  const mqtt = {
    observe: () => messages$,
    connection: {
      state: { type: 'connected' },
      publish: (topic: string, payload: string, options: { readonly retain?: boolean }) => {
        sent.push({ topic, payload: JSON.parse(payload), retain: options.retain ?? false });
        return { topic, outcome, onSettled: (listener: (settled: typeof outcome) => void) => listener(outcome) };
      },
    },
  };
  return { mqtt: mqtt as unknown as Mqtt, sent };
}
