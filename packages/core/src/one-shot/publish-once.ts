import { InvalidOptionsError } from '../errors/connection-errors.js';
import { MessageAcceptor } from '../outbound/accept-message.js';
import type { Payload, PublishOptions, PublishResult } from '../outbound/publish-options.js';
import type { ServerOption } from '../options/server-options.js';
import type { OneShotMessage, OneShotOptions } from './one-shot-options.js';
import { checkOneShot, runOnce } from './run-once.js';

/** Messages handed over at a time. */
const PORTION = 1_000;

/**
 * Connects, publishes one message or some, waits until all are acknowledged (QoS 0: handed to the socket), and disconnects.
 * For scripts: it makes one attempt, unless `reconnect` says otherwise, and leaves no handle behind.
 *
 * @returns one result per message, in their order.
 * @throws InvalidOptionsError for options that cannot be used; TimeoutError after `timeout`; AbortedError by `signal`; else why
 * there is no connection, or what the first message that failed has failed with. What was sent before that stays sent.
 *
 * @example
 * ```ts
 * await publishOnce('mqtt://localhost', { topic: 'plant/7/temp', payload: '21.5', qos: 1 });
 * ```
 */
export async function publishOnce(
  server: ServerOption,
  messages: OneShotMessage | readonly OneShotMessage[],
  options: OneShotOptions = {},
): Promise<PublishResult[]> {
  const list = Array.isArray(messages) ? (messages as readonly OneShotMessage[]) : [messages as OneShotMessage];
  if (list.length === 0) throw new InvalidOptionsError([{ path: 'messages', reason: 'must be one message at least' }]);
  for (const [index, message] of list.entries()) {
    if (typeof message === 'object' && (message as object | null) !== null) continue;
    throw new InvalidOptionsError([{ path: `messages[${String(index)}]`, reason: 'must be an object with a topic' }]);
  }
  checkOneShot(options);
  // All of them before any is sent.
  const acceptor = new MessageAcceptor();
  for (const message of list) acceptor.accept(message.topic, payloadOf(message), given(message));
  const what = list.length === 1 ? 'publishing' : `publishing ${String(list.length)} messages`;
  return runOnce({ what, sends: true }, server, options, async (connection) => {
    const results: PublishResult[] = [];
    // In portions: a long list neither overflows the outbox nor stands in it twice.
    for (let start = 0; start < list.length; start += PORTION) {
      const portion = list
        .slice(start, start + PORTION)
        .map((message) =>
          connection.publish(message.topic, payloadOf(message), { overflow: 'block', ...given(message) }),
        );
      results.push(...(await Promise.all(portion)));
    }
    return results;
  });
}

function given({ qos, retain, properties }: OneShotMessage): PublishOptions {
  return {
    ...(qos === undefined ? {} : { qos }),
    ...(retain === undefined ? {} : { retain }),
    ...(properties === undefined ? {} : { properties }),
  };
}

/** Only what is left out is nothing: `null` is refused. */
function payloadOf({ payload = '' }: OneShotMessage): Payload {
  return payload;
}
