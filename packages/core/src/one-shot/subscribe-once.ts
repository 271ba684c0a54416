import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { MqttMessage } from '../message/mqtt-message.js';
import type { ServerOption } from '../options/server-options.js';
import type { SubscribeOnceOptions } from './one-shot-options.js';
import { resolveFilters } from '../subscriptions/resolve-filters.js';
import { resolveSubscribeOptions } from '../subscriptions/resolve-subscribe-options.js';
import { checkOneShot, runOnce } from './run-once.js';

/**
 * Connects, subscribes, waits for a number of messages, and disconnects. For scripts: it makes one attempt, unless `reconnect`
 * says otherwise, and leaves no handle behind.
 *
 * @returns the messages, in the order they came; `count` of them.
 * @throws InvalidTopicError, InvalidOptionsError for what cannot be used; SubscribeRejectedError when the server refuses a
 * filter; TimeoutError after `timeout`; AbortedError by `signal`; else why there is no connection.
 *
 * @example
 * ```ts
 * const [message] = await subscribeOnce('mqtt://localhost', 'plant/+/temp', { timeout: 5_000 });
 * ```
 */
export async function subscribeOnce(
  server: ServerOption,
  filters: string | readonly string[],
  options: SubscribeOnceOptions = {},
): Promise<MqttMessage[]> {
  checkOneShot(options);
  const { count = 1, qos = 0, retained = true, ...rest } = options;
  if (!(Number.isInteger(count) && count > 0)) {
    throw new InvalidOptionsError([{ path: 'count', reason: 'must be a whole number from 1' }]);
  }
  if (retained !== 'only' && typeof retained !== 'boolean') {
    throw new InvalidOptionsError([{ path: 'retained', reason: "must be true, false or 'only'" }]);
  }
  const wish = { qos, ...(retained === false ? { retainHandling: 'ignore' as const } : {}) };
  resolveFilters(filters, undefined, resolveSubscribeOptions(wish));
  const what = `waiting for ${String(count)} message${count === 1 ? '' : 's'}`;
  return runOnce(
    { what, sends: false },
    server,
    rest,
    (connection) =>
      new Promise((resolve, reject) => {
        const messages: MqttMessage[] = [];
        const subscription = connection.subscribe(filters, wish, {
          message: (message) => {
            // Without options of MQTT 5, retained messages come whether they are wanted or not.
            if (messages.length === count || (retained === 'only' ? !message.retain : !retained && message.retain))
              return;
            messages.push(message);
            if (messages.length === count) resolve(messages);
          },
          error: reject,
        });
        subscription.ready.catch(reject);
      }),
  );
}
