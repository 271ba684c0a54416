import { type Payload, isMqttError } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { reportDrop } from '../lifecycle/reports.js';
import { check, client, fields, func } from '../internal/rules.js';
import { InputMerger } from './input-merger.js';
import { MANY_RULES, messageProblems, sinkBounds } from './publish-rules.js';
import type { PublishInput, PublishManyOptions, PublishStatus } from './publish-to-options.js';
import { PullLoop } from './pull-loop.js';
import { type PullSource, openSource, pullable } from './pull-source.js';
import { failed } from './send-window.js';
import { statusEmitter } from './status-emitter.js';

/** How {@link publishAll} publishes. */
export interface PublishAllOptions<T = Payload, S = unknown> extends PublishManyOptions<T, S> {
  /** Makes the message of an item. Without it an item is a message; text or bytes are one for the `topic` of the options. */
  readonly project?: (item: S, index: number) => PublishInput<T>;
}

const OPTIONS = /* @__PURE__ */ fields<PublishAllOptions<never>>({ ...MANY_RULES, project: func }, [], messageProblems);

/**
 * Publishes the items of a source that can be pulled, and emits one status per item, in their order (what is refused at once
 * leaves at once). An item is pulled only when the window has room for it: while the broker does not acknowledge, the socket
 * does not drain or there is no connection, the source rests, with at most `window` of its items on their way.
 *
 * Cold: each subscription pulls anew · opens the connection · completes when the source has ended and every item has its status
 * · when the source (or `project`) throws, it errors with that after what was sent has its status; a failed message ends it only
 * if `onError` says so · goes on through reconnects · unsubscribing closes the iterator or cancels the stream; what was handed
 * to the connection goes on.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments; also when the source is none.
 *
 * @example
 * ```ts
 * publishAll(mqtt, createReadStream('readings.csv'), { topic: 'plant/import', qos: 1, window: 16 })
 *   .subscribe({ complete: () => console.log('all of it has arrived') });
 * ```
 */
export function publishAll<T, S>(
  mqtt: Pick<Mqtt, 'connection'>,
  source: PullSource<S>,
  options: PublishAllOptions<T, S> & { readonly project: (item: S, index: number) => PublishInput<T> },
): Observable<PublishStatus<S>>;
export function publishAll<T = Payload, S extends PublishInput<T> | Payload = PublishInput<T> | Payload>(
  mqtt: Pick<Mqtt, 'connection'>,
  source: PullSource<S>,
  options?: PublishAllOptions<T, S>,
): Observable<PublishStatus<S>>;
export function publishAll<T, S>(
  mqtt: Pick<Mqtt, 'connection'>,
  source: PullSource<S>,
  options: PublishAllOptions<T, S> = {},
): Observable<PublishStatus<S>> {
  check(['mqtt', mqtt, client], ['source', source, pullable], ['', options, OPTIONS]);
  const { connection } = mqtt;
  const { window } = sinkBounds(options);
  const { project = asInput<T> } = options;
  const merger = new InputMerger(options, 'block');
  return new Observable((subscriber) => {
    const emit = statusEmitter<S>(subscriber, options.onError);
    const loop = new PullLoop<S>(connection, window, openSource(source), {
      status: emit,
      send: (index, item, start) => {
        const input = project(item, index);
        const message = merger.merge(input);
        if (!isMqttError(message)) {
          start(message);
          return;
        }
        reportDrop(connection, {
          direction: 'out',
          topic: merger.topicOf(input),
          qos: input.qos ?? 0,
          reason: 'refused',
          error: message,
        });
        emit(failed(index, item, message));
      },
      end: (error) => {
        if (error === undefined) subscriber.complete();
        else subscriber.error(error.thrown);
      },
    });
    subscriber.add(() => {
      loop.stop();
    });
    loop.run();
  });
}

/** An item that is a payload, or a message already. */
function asInput<T>(item: unknown): PublishInput<T> {
  const isPayload = typeof item === 'string' || ArrayBuffer.isView(item);
  return (isPayload ? { payload: item } : item) as PublishInput<T>;
}
