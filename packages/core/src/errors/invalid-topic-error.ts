import { MqttError } from './mqtt-error.js';
import { quoteText } from './quote-text.js';

/** What an {@link InvalidTopicError} is about. */
export type InvalidTopicKind = 'name' | 'filter' | 'template' | 'parameter' | 'group';

/**
 * A topic name, filter, template, template parameter or share group breaks the rules of MQTT section 4.7 or 4.8.2.
 * Thrown before anything is stored or sent; the same call fails again until the caller changes the value.
 */
export class InvalidTopicError extends MqttError {
  /** What the value was meant to be. */
  readonly kind: InvalidTopicKind;
  /** The value that was refused, as it was given. Escape it before it goes to a log or a terminal. */
  readonly topic: string;
  /** What is wrong, where, and what to do about it. */
  readonly reason: string;

  constructor(kind: InvalidTopicKind, value: string, reason: string) {
    super(
      'ERR_MQTT_INVALID_TOPIC',
      `the ${kind === 'group' ? 'share' : 'topic'} ${kind} ${quoteText(value)} ${reason}`,
    );
    this.kind = kind;
    this.topic = value;
    this.reason = reason;
  }
}
