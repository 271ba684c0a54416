import {
  type MqttMessage,
  type OptionProblem,
  type Payload,
  type PublishResult,
  isMqttError,
  publishProblems,
} from '@rxmqtt/core';
import {
  EMPTY,
  type Observable,
  type OperatorFunction,
  from,
  isObservable,
  mergeMap,
  of,
  throwError,
  toArray,
} from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { isList } from '../internal/is-list.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import { type Rules, any, check, client, codec, fields, func, topicName } from '../internal/rules.js';
import { InputMerger } from '../publishing/input-merger.js';
import { publishOnce } from '../publishing/publish-once.js';
import { MESSAGE_RULES } from '../publishing/publish-rules.js';
import type { PublishInput } from '../publishing/publish-to-options.js';
import { isWorthRetrying } from '../reconnecting/retry-policy.js';
import type { ForwardAnswer, ForwardOptions } from './forward-options.js';
import { processEach } from './process-each.js';
import type { ProcessContext, ProcessResult } from './process-options.js';
import { PROCESS_RULES, processProblems } from './process-settings.js';

/** How many outputs of one message may be on their way at once. */
const OUTPUT_WINDOW = 64;

const PUBLISH_RULES: Rules<NonNullable<ForwardOptions['publish']>> = {
  ...MESSAGE_RULES,
  retain: any,
  timeout: any,
  overflow: any,
  topic: topicName,
  codec,
};

const RULES: Rules<ForwardOptions> = { ...PROCESS_RULES, publish: fields(PUBLISH_RULES, [], publishProblems) };

/**
 * Publishes for each message what `project` makes of it, to this broker or another one, and acknowledges the message when
 * all of that was acknowledged: a bridge that loses nothing, whichever side breaks, if the source has `ack: 'manual'`. At
 * least once: a message may be forwarded again after a break. While the other side is away, outputs wait in its outbox,
 * `concurrency` messages' worth, and the broker keeps the rest; the source's `receive.ackTimeout` should be longer than the
 * outages to be sat out, or messages come again and again.
 *
 * `project` answers with one message, several in an array or an Observable, a promise of that, or `undefined`: then
 * the message is acknowledged, and nothing published. A message that it was given may be the answer. It is not called for the
 * next message before this one is published (but not yet acknowledged), unless it answers later: order is kept.
 *
 * A failed publication, like a failed `project`, is a failure as in {@link processEach}, whose options these are.
 *
 * Cold · opens the connection of the other side with the first output · completes, errors and unsubscribes as `processEach`
 * does; outputs that were not sent yet are taken back.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * factory
 *   .observe('plant/#', { qos: 1, ack: 'manual' })
 *   .pipe(forwardTo(cloud, ({ topic, payload }) => ({ topic: `factory-7/${topic}`, payload })))
 *   .subscribe();
 * ```
 */
export function forwardTo<M extends MqttMessage, T = Payload>(
  mqtt: Pick<Mqtt, 'connection'>,
  project: (message: M, context: ProcessContext) => ForwardAnswer<NoInfer<T>>,
  options: ForwardOptions<M, T> = {},
): OperatorFunction<M, ProcessResult<M, readonly PublishResult[]>> {
  const together = (known: ForwardOptions): readonly OptionProblem[] =>
    processProblems({ ...known, mqtt: known.mqtt ?? mqtt });
  check(['mqtt', mqtt, client], ['project', project, func], ['', options, fields(RULES, [], together)]);
  const { publish = {}, retry = {}, ...rest } = options;
  const merger = new InputMerger<T>({ ...publish, qos: publish.qos ?? 1 }, publish.overflow);
  return processEach(
    (message, context) =>
      outputsOf<T>(project(message, context)).pipe(
        mergeMap((output) => publishOutput(mqtt, output, merger), OUTPUT_WINDOW),
        toArray(),
      ),
    { ...rest, mqtt: rest.mqtt ?? mqtt, retry: { ...retry, shouldRetry: retry.shouldRetry ?? isWorthForwarding } },
  ) as OperatorFunction<M, ProcessResult<M, readonly PublishResult[]>>;
}

function publishOutput<T>(
  { connection }: Pick<Mqtt, 'connection'>,
  output: PublishInput<T>,
  merger: InputMerger<T>,
): Observable<PublishResult> {
  const merged = merger.merge(ownProperties(output));
  if (isMqttError(merged)) return throwError(() => merged);
  return publishOnce(connection, merged.topic, merged.payload, merged.options);
}

function outputsOf<T>(answer: ForwardAnswer<T>): Observable<PublishInput<T>> {
  if (isObservable(answer)) return answer;
  if (answer === undefined) return EMPTY;
  if (isPromiseLike(answer)) return from(answer).pipe(mergeMap((output) => outputsOf<T>(output)));
  return isList(answer) ? from(answer) : of(answer);
}

/** A received message says which subscriptions it matched; no client may publish that. [MQTT-3.3.4-6] */
function ownProperties<T>(output: PublishInput<T>): PublishInput<T> {
  if (output.properties?.subscriptionIdentifiers === undefined) return output;
  const { subscriptionIdentifiers: _, ...properties } = output.properties;
  return { ...output, properties };
}

/** Publishing again is no harm where at least once is what is promised: also when nobody knows whether it was needed. */
function isWorthForwarding(error: unknown): boolean {
  return isWorthRetrying(error) || (isMqttError(error) && error.code === 'ERR_MQTT_UNKNOWN_OUTCOME');
}
