import type { MqttMessage, Payload, PublishOptions } from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import type { PublishInput, PublishManyOptions } from '../publishing/publish-to-options.js';
import type { ProcessOptions } from './process-options.js';

/** What a message is forwarded as: one message, several, or none. */
export type ForwardOutput<T = Payload> = PublishInput<T> | readonly PublishInput<T>[] | undefined;

/** What a projection may answer with. */
export type ForwardAnswer<T = Payload> = ForwardOutput<T> | PromiseLike<ForwardOutput<T>> | Observable<PublishInput<T>>;

/** How {@link forwardTo} works. */
export interface ForwardOptions<M extends MqttMessage = MqttMessage, T = Payload> extends ProcessOptions<M> {
  /**
   * The client that the messages come from: it publishes dead letters, unless `deadLetter` names another one, and shows dropped
   * messages on its `drops$`. Defaults to the one that is forwarded to.
   */
  readonly mqtt?: Pick<Mqtt, 'connection'>;
  /** How outputs are published, where they do not say so themselves. Here `qos` defaults to 1. */
  readonly publish?: Omit<PublishManyOptions<T>, 'window' | 'onError'> & Pick<PublishOptions, 'overflow'>;
}
