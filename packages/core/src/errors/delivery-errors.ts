import { MqttError } from './mqtt-error.js';
import { quoteText } from './quote-text.js';
import { describeAnswer, isTransientReason } from './reason-code.js';

/** A message was refused before anything was stored or sent. `field` names the part that is wrong. */
export class InvalidMessageError extends MqttError {
  /** The part that is wrong, such as `payload` or `properties.messageExpiryInterval`. */
  readonly field: string;
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string, field: string, reason: string) {
    super('ERR_MQTT_INVALID_MESSAGE', `the message for ${quoteText(topic)} was refused: ${field} ${reason}`);
    this.field = field;
    this.topic = topic;
  }
}

/** The message exceeds what the server announced that it accepts. `field` names the limit. */
export class LimitExceededError extends MqttError {
  /** The part that exceeds: `qos`, `retain` or `size`. */
  readonly field: string;
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string, field: string, reason: string) {
    super('ERR_MQTT_UNSUPPORTED', `the message for ${quoteText(topic)} cannot be sent: ${field} ${reason}`);
    this.field = field;
    this.topic = topic;
  }
}

/** There was no room for the message, or none any more: newer ones took it. */
export class OverflowError extends MqttError {
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string, why: string) {
    super('ERR_MQTT_OVERFLOW', `the message for ${quoteText(topic)} was dropped: ${why}`, { retryable: true });
    this.topic = topic;
  }
}

/** There is no connection, and the message was not to wait for one (`offline: 'error'` or `'drop'`). */
export class OfflineError extends MqttError {
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string) {
    super(
      'ERR_MQTT_OFFLINE',
      `there is no connection, and the message for ${quoteText(topic)} was not to wait for one, as the option offline says`,
      { retryable: true },
    );
    this.topic = topic;
  }
}

/** The server answered the publish with a reason code of 0x80 or above (MQTT 5). */
export class PublishRefusedError extends MqttError {
  declare readonly reasonCode: number;
  /** The topic of the message. */
  readonly topic: string;
  /** The text that the server sent with its refusal. */
  readonly reasonString: string | undefined;

  constructor(topic: string, reasonCode: number, reasonString?: string) {
    super(
      'ERR_MQTT_PUBLISH_REFUSED',
      `the server refused the message for ${quoteText(topic)} with ${describeAnswer(reasonCode, reasonString)}`,
      {
        reasonCode,
        retryable: isTransientReason(reasonCode),
      },
    );
    this.topic = topic;
    this.reasonString = reasonString;
  }
}

/** The session was lost while the message was in doubt: it may or may not have been delivered. */
export class UnknownOutcomeError extends MqttError {
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string, why: string) {
    super('ERR_MQTT_UNKNOWN_OUTCOME', `the message for ${quoteText(topic)} may or may not have been delivered: ${why}`);
    this.topic = topic;
  }
}

/** The message waited longer than its `messageExpiryInterval` or `publish.maxAge` allows, and was not sent. */
export class ExpiredError extends MqttError {
  /** The topic of the message. */
  readonly topic: string;

  constructor(topic: string) {
    super('ERR_MQTT_EXPIRED', `the message for ${quoteText(topic)} expired before it could be sent`);
    this.topic = topic;
  }
}

/** The operation took longer than its `timeout`. */
export class TimeoutError extends MqttError {
  /** Whether a message was on its way already, and so may still arrive. */
  readonly mayStillArrive: boolean;

  /** @param mayStillArrive `undefined` where no message was to be sent. */
  constructor(what: string, timeout: number, mayStillArrive?: boolean) {
    const tail = mayStillArrive ? '; it is on its way and may still arrive' : '; it was not sent';
    super(
      'ERR_MQTT_TIMEOUT',
      `${what} was not done within ${String(timeout)} ms${mayStillArrive === undefined ? '' : tail}`,
      { retryable: true },
    );
    this.mayStillArrive = mayStillArrive ?? false;
  }
}

/** The caller's `AbortSignal` ended the operation. `cause` is the signal's reason. */
export class AbortedError extends MqttError {
  /** Whether the message was on its way already, and so may still arrive. */
  readonly mayStillArrive: boolean;

  constructor(what: string, cause: unknown, mayStillArrive: boolean) {
    super('ERR_MQTT_ABORTED', `${what} was aborted`, { cause });
    this.mayStillArrive = mayStillArrive;
  }
}

/** The server refused a subscription; only the observers of this filter are told. */
export class SubscribeRejectedError extends MqttError {
  declare readonly reasonCode: number;
  /** The filter that was refused. */
  readonly filter: string;

  constructor(filter: string, reasonCode: number, reasonString?: string) {
    super(
      'ERR_MQTT_SUBSCRIBE_REFUSED',
      `the server refused the subscription to ${quoteText(filter)} with ${describeAnswer(reasonCode, reasonString)}`,
      {
        reasonCode,
        retryable: isTransientReason(reasonCode),
      },
    );
    this.filter = filter;
  }
}

/** A payload could not be decoded. `topic` and `payload` travel with it. */
export class DecodeError extends MqttError {
  /** The topic of the message. */
  readonly topic: string;
  /** The bytes that could not be decoded. Not enumerable: a payload has no place in a log line. */
  declare readonly payload: Uint8Array;

  constructor(topic: string, payload: Uint8Array, what: string, options: { cause?: unknown } = {}) {
    super('ERR_MQTT_DECODE', `the message on ${quoteText(topic)} is not ${what}`, options);
    this.topic = topic;
    Object.defineProperty(this, 'payload', { value: payload });
  }
}

/** Messages stay unacknowledged, or nobody observes them: told by a `warning`, and settled as `receive.abandoned` says. */
export class UnacknowledgedError extends MqttError {
  constructor(what: string) {
    super('ERR_MQTT_UNACKNOWLEDGED', what, { retryable: true });
  }
}
