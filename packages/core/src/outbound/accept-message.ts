import { InvalidMessageError } from '../errors/delivery-errors.js';
import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { isBytes } from '../internal/is-bytes.js';
import { utf8Length } from '../internal/utf8.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';
import { isTopicName, validateTopicName } from '../topics/topic-name.js';
import { propertiesLength } from '../wire/codec/properties-encoder.js';
import { OutgoingMessage } from './outgoing-message.js';
import type { OfflinePolicy, OverflowPolicy, Payload, PublishOptions } from './publish-options.js';

/** All overflow policies, the default first. */
export const OVERFLOW_POLICIES: readonly [OverflowPolicy, ...OverflowPolicy[]] = ['error', 'dropNewest', 'dropOldest', 'latest', 'block'];

const QOS: readonly QoS[] = [0, 1, 2];
const OFFLINE_POLICIES: readonly OfflinePolicy[] = ['queue', 'error'];
const MAX_TEXT = 65_535;
const MAX_UINT32 = 0xffff_ffff;
const MAX_CACHED_TOPICS = 4096;
const LONGEST_CACHED = 256;

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
    const { qos = 0, retain = false, properties, offline, overflow } = options;
    if (!QOS.includes(qos)) throw invalid(topic, 'qos', 'is not 0, 1 or 2');
    if (typeof retain !== 'boolean') throw invalid(topic, 'retain', 'is not a boolean');
    if (offline !== undefined && !OFFLINE_POLICIES.includes(offline)) {
      throw invalid(topic, 'offline', "is neither 'queue' nor 'error'");
    }
    if (overflow !== undefined && !OVERFLOW_POLICIES.includes(overflow)) {
      throw invalid(topic, 'overflow', `is none of ${OVERFLOW_POLICIES.join(', ')}`);
    }
    checkTimeout(topic, options.timeout);
    const message = new OutgoingMessage(
      topic,
      topicLength,
      payload,
      checkPayload(topic, payload),
      qos satisfies QoS,
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
    if (this.#topics.size >= MAX_CACHED_TOPICS) this.#topics.clear();
    const length = utf8Length(topic);
    // Long topics are not worth the memory.
    if (length <= LONGEST_CACHED) this.#topics.set(topic, length);
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
      throw new InvalidTopicError('name', topic, `has a control character or a non-character at index ${String(i)}; servers refuse those`);
    }
  }
}

function checkTimeout(topic: string, timeout: unknown): void {
  if (timeout === undefined) return;
  if (typeof timeout === 'number' && timeout >= 0 && timeout < 2 ** 31) return;
  throw invalid(topic, 'timeout', 'is not a number of milliseconds');
}

function checkOptions(topic: string, options: unknown): void {
  if (!isObject(options)) throw invalid(topic, 'options', 'are no object');
  const { signal, properties } = options as { signal?: unknown; properties?: unknown };
  if (signal !== undefined && !(isObject(signal) && 'aborted' in signal && 'addEventListener' in signal)) {
    throw invalid(topic, 'signal', 'is no AbortSignal');
  }
  if (properties !== undefined && !isObject(properties)) throw invalid(topic, 'properties', 'are no object');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkPayload(topic: string, payload: unknown): number {
  if (isBytes(payload)) return payload.length;
  if (typeof payload !== 'string') {
    throw invalid(topic, 'payload', `is neither text nor a Uint8Array but ${payload === null ? 'null' : typeof payload}`);
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
    const check = CHECKS.get(name);
    if (check === undefined) throw invalid(topic, `properties.${name}`, 'is not a property of a published message');
    const reason = check(value);
    if (reason !== undefined) throw invalid(topic, `properties.${name}`, reason);
    copy[name] = own(value);
  }
  return copy;
}

function own(value: unknown): unknown {
  if (isBytes(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return (value as UserProperty[]).map(([name, text]) => [name, text] as const);
  return value;
}

/** What is wrong with a value, or `undefined`. */
type Check = (value: unknown) => string | undefined;

const checkText: Check = (value) => {
  if (typeof value !== 'string') return 'is not a text';
  const length = utf8Length(value);
  if (length < 0) return 'has a lone surrogate, which no UTF-8 text can carry';
  if (length > MAX_TEXT) return `has ${String(length)} bytes, but 65,535 is the limit`;
  return value.includes('\0') ? 'contains NUL' : undefined;
};

const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['payloadFormatIndicator', (value) => (value === 0 || value === 1 ? undefined : 'is neither 0 nor 1')],
  [
    'messageExpiryInterval',
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT32
        ? undefined
        : 'is not a whole number of seconds from 0 to 4,294,967,295',
  ],
  ['contentType', checkText],
  [
    'responseTopic',
    // [MQTT-3.3.2-14]
    (value) => (typeof value === 'string' && isTopicName(value) ? undefined : 'is not a topic name without wildcards'),
  ],
  [
    'correlationData',
    (value) => {
      if (!isBytes(value)) return 'is not a Uint8Array';
      return value.length > MAX_TEXT ? `has ${String(value.length)} bytes, but 65,535 is the limit` : undefined;
    },
  ],
  ['userProperties', checkPairs],
  ['subscriptionIdentifiers', () => 'is set by the server only'],
]);

function checkPairs(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'is not a list of [name, value] pairs';
  for (const [index, pair] of (value as unknown[]).entries()) {
    if (!Array.isArray(pair) || pair.length !== 2) return `has no [name, value] pair at ${String(index)}`;
    const reason = checkText(pair[0]) ?? checkText(pair[1]);
    if (reason !== undefined) return `has an entry at ${String(index)} that ${reason}`;
  }
  return undefined;
}

function invalid(topic: string, field: string, reason: string): InvalidMessageError {
  return new InvalidMessageError(topic, field, reason);
}
