import { InvalidMessageError } from '../errors/delivery-errors.js';
import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { isBytes } from '../internal/is-bytes.js';
import { isObject } from '../internal/is-object.js';
import { rememberTopic } from '../internal/remember-topic.js';
import { utf8Length } from '../internal/utf8.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';
import { validateTopicName } from '../topics/topic-name.js';
import { propertiesLength } from '../wire/codec/properties-encoder.js';
import { OutgoingMessage } from './outgoing-message.js';
import type { Payload, PublishOptions } from './publish-options.js';
import { FIELD_RULES, propertyFault } from './publish-rules.js';

/**
 * Checks everything about a message before it is stored or sent, and makes it our own: what the caller changes afterwards
 * changes nothing. Throws InvalidTopicError or InvalidMessageError.
 */
export class MessageAcceptor {
  /** Topics found valid, with their length in UTF-8: topics repeat. */
  readonly #topics = new Map<string, number>();

  accept(topic: string, payload: Payload, options: PublishOptions): OutgoingMessage {
    const topicLength = this.#topics.get(topic) ?? this.#checkTopic(topic);
    checkOptions(topic, options);
    const { qos = 0, retain = false, properties, offline, overflow, timeout } = options;
    refuse(topic, 'qos', FIELD_RULES.qos(qos));
    refuse(topic, 'retain', FIELD_RULES.retain(retain));
    if (offline !== undefined) refuse(topic, 'offline', FIELD_RULES.offline(offline));
    if (overflow !== undefined) refuse(topic, 'overflow', FIELD_RULES.overflow(overflow));
    if (timeout !== undefined) refuse(topic, 'timeout', FIELD_RULES.timeout(timeout));
    const message = new OutgoingMessage(
      topic,
      topicLength,
      payload,
      checkPayload(topic, payload),
      qos,
      retain,
      properties === undefined ? undefined : checkProperties(topic, properties),
      offline,
    );
    if (message.properties !== undefined) message.propertiesLength = propertiesLength(message.properties);
    return message;
  }

  #checkTopic(topic: string): number {
    validateTopicName(topic);
    checkCharacters(topic);
    const length = utf8Length(topic);
    rememberTopic(this.#topics, topic, length);
    return length;
  }
}

/**
 * Control characters and non-characters are allowed to servers, but no publisher should use them, and Mosquitto hangs up on
 * them: a message of QoS 1 would then be sent again for ever. [MQTT 5, 1.5.4]
 */
function checkCharacters(topic: string): void {
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i);
    const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    if (control || (code >= 0xfdd0 && code <= 0xfdef) || (topic.codePointAt(i)! & 0xfffe) === 0xfffe) {
      throw new InvalidTopicError(
        'name',
        topic,
        `has a control character or a non-character at index ${String(i)}; servers refuse those`,
      );
    }
  }
}

function checkOptions(topic: string, options: unknown): void {
  if (!isObject(options)) throw invalid(topic, 'options', 'must be an object');
  const { signal, properties } = options as { signal?: unknown; properties?: unknown };
  if (signal !== undefined && !(isObject(signal) && 'aborted' in signal && 'addEventListener' in signal)) {
    throw invalid(topic, 'signal', 'must be an AbortSignal');
  }
  if (properties !== undefined && !isObject(properties)) throw invalid(topic, 'properties', 'must be an object');
}

function checkPayload(topic: string, payload: unknown): number {
  if (isBytes(payload)) return payload.length;
  if (typeof payload !== 'string') {
    throw invalid(
      topic,
      'payload',
      `is neither text nor a Uint8Array but ${payload === null ? 'null' : typeof payload}`,
    );
  }
  const length = utf8Length(payload);
  if (length < 0) throw invalid(topic, 'payload', 'has a lone surrogate, which no UTF-8 text can carry');
  return length;
}

/** A checked copy, without what is `undefined`. */
function checkProperties(topic: string, properties: PublishProperties): PublishProperties {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties) as [string, unknown][]) {
    if (value === undefined) continue;
    refuse(topic, `properties.${name}`, propertyFault(name, value));
    copy[name] = own(value);
  }
  return copy;
}

function own(value: unknown): unknown {
  if (isBytes(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return (value as UserProperty[]).map(([name, text]) => [name, text] as const);
  return value;
}

function refuse(topic: string, field: string, reason: string | undefined): void {
  if (reason !== undefined) throw invalid(topic, field, reason);
}

function invalid(topic: string, field: string, reason: string): InvalidMessageError {
  return new InvalidMessageError(topic, field, reason);
}
