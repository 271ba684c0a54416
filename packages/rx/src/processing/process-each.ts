import type { MqttMessage } from '@rxmqtt/core';
import { Observable, type OperatorFunction } from 'rxjs';
import { linkSource } from '../internal/link-source.js';
import { check, fields, func } from '../internal/rules.js';
import { stoppedBy } from '../internal/stopped-by.js';
import type { ProcessContext, ProcessOptions, ProcessResult } from './process-options.js';
import { PROCESS_RULES, processProblems, resolveProcessOptions } from './process-settings.js';
import { Processing } from './processing.js';
import type { HandlerValue } from './run-handler.js';

const OPTIONS = fields<ProcessOptions>(PROCESS_RULES, [], processProblems);

/**
 * Handles messages, up to `concurrency` at a time, and acknowledges each when its handler is done. The handler answers with a
 * value, a promise, or an Observable, whose last value counts. With `ack: 'manual'`, what it has not got to waits
 * unacknowledged: the broker keeps what exceeds Receive Maximum, and nothing is lost. Acknowledgements leave in the order of
 * the messages, whichever is done first; one message that takes long holds back those after it, at most for the connection's
 * `receive.ackTimeout`, from which the time for retries is taken too.
 *
 * Messages that need no acknowledgement (QoS 0, `ack: 'auto'`) cannot be held back by anything: they wait, `capacity` at
 * most, and then `overflow` decides.
 *
 * Emits one result per message, when it is finished. At least once: a message whose delivery becomes void by a reconnect comes
 * again, also when its handler is running.
 *
 * Cold · completes when the source has completed and every message is finished · errors with the source; with what a
 * handler failed with, by policy; with what a policy throws; and with what a dead letter failed with for good. Each time at
 * once, and what is unfinished stays unacknowledged · goes on through reconnects · unsubscribing aborts the signal of all
 * handlers and unsubscribes from their Observables; unfinished messages stay unacknowledged, and the connection offers them
 * to the next observer.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('orders/{shop}', { qos: 1, ack: 'manual', codec: json(toOrder) })
 *   .pipe(
 *     processEach(({ value }, { signal }) => store(value, signal), {
 *       concurrency: 16,
 *       ordered: 'byTopic',
 *       deadLetter: deadLetter('dead/orders'),
 *       mqtt,
 *     }),
 *   )
 *   .subscribe();
 * ```
 */
export function processEach<M extends MqttMessage, H>(
  handler: (message: M, context: ProcessContext) => H,
  options: ProcessOptions<M> = {},
): OperatorFunction<M, ProcessResult<M, HandlerValue<H>>> {
  check(['handler', handler, func], ['', options, OPTIONS]);
  const settings = resolveProcessOptions(options);
  return (source) =>
    new Observable((subscriber) => {
      const stopped$ = stoppedBy(subscriber);
      const processing = new Processing(handler, settings, subscriber, stopped$);
      subscriber.add(() => {
        processing.stop();
      });
      linkSource(source, subscriber, processing);
    });
}
