import type { OptionProblem, Payload } from '@rxmqtt/core';
import { Observable, type Unsubscribable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import type { Reply, ReplyError, RequestManyOptions, UntilOptions } from './ask-options.js';
import { after } from '../internal/after.js';
import { bound, check, client, duration, fields, isFunction, oneOf } from '../internal/rules.js';
import { ASK_RULES, askProblems } from './ask-rules.js';
import { ask } from './ask.js';

const UNTIL = fields<UntilOptions>(
  { count: bound, stall: duration, timer: duration, sentinel: oneOf([true], isFunction, ' or a function') },
  [],
  someEnd,
);

const OPTIONS = fields<RequestManyOptions>(
  { ...ASK_RULES, until: UNTIL, onError: oneOf(['error', 'skip'], isFunction, ' or a function') },
  ['until'],
  askProblems,
);

function someEnd(until: UntilOptions): readonly OptionProblem[] {
  // By name: a class or a getter may give them.
  if ([until.count, until.stall, until.timer, until.sentinel].some((each) => each !== undefined)) return [];
  return [{ path: '', reason: 'must have one of count, stall, timer and sentinel: nothing else would end it' }];
}

/**
 * Asks everybody who is subscribed to the topic, or one that answers many times, and emits the replies until `until` says that
 * they are enough: so many, none for a while, a time, or a last one.
 *
 * Cold: each subscription asks anew · completes as `until` says · errors with TimeoutError when that has not come true in
 * `timeout`, with the error of a reply unless `onError` says otherwise, and as {@link request} does · nothing is emitted for
 * reconnects · unsubscribing forgets further replies. Replies are pushed: what is slow must bound its own buffer.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the options.
 *
 * @example
 * ```ts
 * requestMany(mqtt, 'plant/discover', '', { until: { stall: 200, timer: 2_000 } })
 *   .subscribe(({ payload }) => console.log(new TextDecoder().decode(payload)));
 * ```
 */
export function requestMany<T = Uint8Array, Q = Payload>(
  mqtt: Pick<Mqtt, 'connection'>,
  topic: string,
  payload: NoInfer<Q>,
  options: RequestManyOptions<T, Q>,
): Observable<Reply<T>> {
  check(['mqtt', mqtt, client], ['', options, OPTIONS]);
  const { count: most, stall, timer: time, sentinel } = options.until;
  const { onError = 'error' } = options;
  const limit = options.timeout ?? (time === undefined ? undefined : Infinity);
  const answers$ = ask<T, Q>(mqtt.connection, topic, payload, options, limit);
  return new Observable((subscriber) => {
    let received = 0;
    let stalling: Unsubscribable | undefined;
    const complete = (): void => {
      subscriber.complete();
    };
    const waitOn = (): void => {
      stalling?.unsubscribe();
      if (stall === undefined || subscriber.closed) return;
      stalling = after(stall, complete);
    };
    const emit = (reply: Reply<T>): void => {
      if (typeof sentinel === 'function' ? sentinel(reply) : sentinel === true && reply.payload.length === 0) {
        complete();
        return;
      }
      subscriber.next(reply);
      if (++received === most) complete();
    };
    const fail = (error: ReplyError): void => {
      if (onError === 'error') subscriber.error(error);
      else if (typeof onError === 'function') onError(error);
    };
    subscriber.add(() => stalling?.unsubscribe());
    if (time !== undefined) subscriber.add(after(time, complete));
    subscriber.add(
      answers$.subscribe({
        next: (answer) => {
          try {
            if (answer.type === 'reply') emit(answer.reply);
            else if (answer.type === 'error') fail(answer.error);
            else if (sentinel === true) complete();
          } catch (error) {
            // What a callback throws ends the stream.
            subscriber.error(error);
          }
          waitOn();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
      }),
    );
  });
}
