import { isBytes } from '../internal/is-bytes.js';
import { utf8Length } from '../internal/utf8.js';
import type { QoS } from '../message/mqtt-message.js';
import { nearest } from '../options/nearest.js';
import { isTopicName } from '../topics/topic-name.js';
import type { OfflinePolicy, OverflowPolicy, TopicDefaults } from './publish-options.js';

/** What is wrong with a value, or `undefined`. */
export type Rule = (value: unknown) => string | undefined;

/** All overflow policies, the default first. */
export const OVERFLOW_POLICIES: readonly [OverflowPolicy, ...OverflowPolicy[]] = [
  'error',
  'dropNewest',
  'dropOldest',
  'latest',
  'block',
];
/** All offline policies, the default first. */
export const OFFLINE_POLICIES: readonly [OfflinePolicy, ...OfflinePolicy[]] = ['queue', 'drop', 'error'];

const QOS: readonly QoS[] = [0, 1, 2];
const MAX_TEXT = 65_535;
const MAX_UINT32 = 0xffff_ffff;

const oneOf = (values: readonly unknown[]): Rule => {
  const reason = `must be one of ${values.map((each) => JSON.stringify(each)).join(', ')}`;
  return (value) => (values.includes(value) ? undefined : reason);
};

/** What the fields of a message must be, apart from its properties. */
export const FIELD_RULES: Readonly<Record<Exclude<keyof TopicDefaults, 'properties'>, Rule>> = {
  qos: oneOf(QOS),
  retain: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  offline: oneOf(OFFLINE_POLICIES),
  overflow: oneOf(OVERFLOW_POLICIES),
  timeout: (value) =>
    typeof value === 'number' && value >= 0 && value < 2 ** 31 ? undefined : 'must be a number of milliseconds',
};

/** What is wrong with one property of a message. */
export function propertyFault(name: string, value: unknown): string | undefined {
  const rule = PROPERTY_RULES.get(name);
  if (rule !== undefined) return rule(value);
  const near = nearest(name, [...PROPERTY_RULES.keys()]);
  return `is not a property of a published message${near === undefined ? '' : `; did you mean ${near}?`}`;
}

const text: Rule = (value) => {
  if (typeof value !== 'string') return 'is not a text';
  const length = utf8Length(value);
  if (length < 0) return 'has a lone surrogate, which no UTF-8 text can carry';
  if (length > MAX_TEXT) return `has ${String(length)} bytes, but 65,535 is the limit`;
  return value.includes('\0') ? 'contains NUL' : undefined;
};

const PROPERTY_RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['payloadFormatIndicator', (value) => (value === 0 || value === 1 ? undefined : 'is neither 0 nor 1')],
  [
    'messageExpiryInterval',
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_UINT32
        ? undefined
        : 'is not a whole number of seconds from 0 to 4,294,967,295',
  ],
  ['contentType', text],
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
  ['userProperties', pairs],
  ['subscriptionIdentifiers', () => 'is set by the server only'],
]);

function pairs(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'is not a list of [name, value] pairs';
  for (const [index, pair] of (value as unknown[]).entries()) {
    if (!Array.isArray(pair) || pair.length !== 2) return `has no [name, value] pair at ${String(index)}`;
    const reason = text(pair[0]) ?? text(pair[1]);
    if (reason !== undefined) return `has an entry at ${String(index)} that ${reason}`;
  }
  return undefined;
}
