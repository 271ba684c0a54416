import { DecodeError } from '@rxmqtt/core';
import { type Observable, type OperatorFunction, filter, map } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import { check, codec as codecRule, fields } from '../internal/rules.js';
import type { ObservedMessage } from '../observing/observe-options.js';
import { connectionOf, withValue } from '../observing/observed.js';
import type { DecodeErrorPolicy, DecodeOptions, DecodedMessage, UndecodedMessage } from './decode-options.js';
import { decodePolicy } from './decode-policy.js';
import { giveUp } from './give-up.js';

const OPTIONS = /* @__PURE__ */ fields<DecodeOptions>({ onError: decodePolicy('skip', 'error', 'pass') });

/** What {@link decode} emits. */
type Decoded<Template extends string, T, OnError> =
  | DecodedMessage<Template, T>
  | (OnError extends 'pass' ? UndecodedMessage<Template> : never);

/**
 * Decodes the payloads of observed messages into `value`, for pipelines that look at messages before they know what is in
 * them. Where every message of a filter has the same form, `observe(filter, { codec })` does the same with less.
 *
 * One bad message never ends the stream, unless `onError` says so; see {@link DecodeErrorPolicy}.
 *
 * Cold · subscribes to the source once, and emits at once · completes and errors with the source, and with DecodeError if
 * that is asked for · reconnects are not seen.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('plant/{line}/temp', { ack: 'manual' })
 *   .pipe(decode(json(reading), { onError: deadLetter('dead/plant') }))
 *   .subscribe((message) => {
 *     console.log(message.params.line, message.value.celsius);
 *     message.ack();
 *   });
 * ```
 */
export function decode<Template extends string, T, OnError extends DecodeErrorPolicy | 'pass' = 'skip'>(
  codec: Codec<T>,
  options: DecodeOptions<OnError> = {},
): OperatorFunction<ObservedMessage<Template, unknown>, Decoded<Template, T, OnError>> {
  check(['codec', codec, codecRule], ['', options, OPTIONS]);
  const { onError: policy = 'skip' }: DecodeOptions = options;
  type Result = DecodedMessage<Template, T> | UndecodedMessage<Template> | undefined;
  const decodeOne = (message: ObservedMessage<Template, unknown>): Result => {
    let value: T;
    try {
      value = codec.decode(message.payload, message);
    } catch (cause) {
      const error = new DecodeError(message.topic, message.payload, codec.name, { cause });
      if (policy === 'error') throw error;
      if (policy === 'pass') return Object.assign(withValue(message, undefined), { error });
      const connection = connectionOf(message);
      // Nobody could be told later.
      if (policy !== 'skip' && policy.mqtt === undefined && connection === undefined)
        throw new TypeError('this message is not as observe() gave it: name the `mqtt` of its dead letter', {
          cause,
        });
      void giveUp(connection, policy, message, error);
      return undefined;
    }
    return withValue(message, value);
  };
  return (source) =>
    source.pipe(
      map(decodeOne),
      filter((result) => result !== undefined),
    ) as Observable<Decoded<Template, T, OnError>>;
}
