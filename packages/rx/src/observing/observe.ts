import {
  type Connection,
  DecodeError,
  type MqttMessage,
  type SubscribeOptions,
  type TemplateParams,
  buildSharedFilter,
  parseTemplate,
} from '@rxmqtt/core';
import { Observable, type Subscriber } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import { checkPolicy } from '../decoding/check-policy.js';
import type { DecodeErrorPolicy } from '../decoding/decode-options.js';
import { giveUp } from '../decoding/give-up.js';
import { openOnUse } from '../internal/open-on-use.js';
import type { ObserveOptions, ObservedMessage } from './observe-options.js';
import { Observed } from './observed.js';

/** The messages of a filter or a template; see `Mqtt.observe`, which is this with a connection. */
export function observe<const Template extends string, T = Uint8Array>(
  connection: Connection,
  filter: Template,
  { codec, onDecodeError = 'skip', ...options }: ObserveOptions<T> = {},
): Observable<ObservedMessage<Template, T>> {
  checkPolicy('onDecodeError', onDecodeError, ['skip', 'error']);
  // At once, not at the first subscription: a bad filter is a mistake of whoever wrote it.
  const template = parseTemplate(filter);
  if (options.group !== undefined) buildSharedFilter(options.group, template.filter);
  // A topic that came for the filter has its levels.
  const extract: Extract<Template> =
    template.params.length === 0 ? noParams<Template> : (topic) => template.extract(topic) ?? noParams();
  const emit =
    codec === undefined
      ? emitBytes<Template, T>(connection, extract)
      : emitDecoded(connection, extract, codec, onDecodeError);
  return new Observable((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const subscription = connection.subscribe(template.filter, options satisfies SubscribeOptions, {
      message: (message) => emit(subscriber, message),
      error: (error) => {
        subscriber.error(error);
      },
      end: () => {
        subscriber.complete();
      },
    });
    openOnUse(connection);
    return () => {
      void subscription.unsubscribe();
    };
  });
}

type Extract<Template extends string> = (topic: string) => TemplateParams<Template>;
/** Emits a message, or does what else is to be done with it; a promise is waited for before the message is acknowledged. */
type Emit<Template extends string, T> = (
  to: Subscriber<ObservedMessage<Template, T>>,
  message: MqttMessage,
) => Promise<void> | undefined;

const NO_PARAMS = Object.freeze({});

function noParams<Template extends string>(): TemplateParams<Template> {
  return NO_PARAMS as TemplateParams<Template>;
}

function emitBytes<Template extends string, T>(connection: Connection, extract: Extract<Template>): Emit<Template, T> {
  return (to, message) => {
    to.next(new Observed(message, message.payload as T, extract(message.topic), connection));
    return undefined;
  };
}

function emitDecoded<Template extends string, T>(
  connection: Connection,
  extract: Extract<Template>,
  codec: Codec<T>,
  policy: DecodeErrorPolicy,
): Emit<Template, T> {
  return (to, message) => {
    let value: T;
    try {
      value = codec.decode(message.payload, message);
    } catch (cause) {
      const error = new DecodeError(message.topic, message.payload, codec.name, { cause });
      if (policy !== 'error') return giveUp(connection, policy, message, error);
      to.error(error);
      return undefined;
    }
    to.next(new Observed(message, value, extract(message.topic), connection));
    return undefined;
  };
}
