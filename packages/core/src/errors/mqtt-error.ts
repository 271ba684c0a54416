/** Every `code` an error of this library can carry; stable across releases, safe to branch on. */
export type MqttErrorCode =
  | 'ERR_MQTT_INVALID_TOPIC'
  | 'ERR_MQTT_INVALID_OPTIONS'
  | 'ERR_MQTT_INVALID_MESSAGE'
  | 'ERR_MQTT_CONNECTION_REFUSED'
  | 'ERR_MQTT_NETWORK'
  | 'ERR_MQTT_CERTIFICATE'
  | 'ERR_MQTT_HANDSHAKE'
  | 'ERR_MQTT_PROXY'
  | 'ERR_MQTT_PROVIDER'
  | 'ERR_MQTT_CONNECT_TIMEOUT'
  | 'ERR_MQTT_KEEPALIVE_TIMEOUT'
  | 'ERR_MQTT_PROTOCOL'
  | 'ERR_MQTT_SERVER_DISCONNECT'
  | 'ERR_MQTT_CREDENTIALS'
  | 'ERR_MQTT_AUTHENTICATION'
  | 'ERR_MQTT_NOT_CONNECTED'
  | 'ERR_MQTT_CLOSED'
  | 'ERR_MQTT_UNSUPPORTED'
  | 'ERR_MQTT_OVERFLOW'
  | 'ERR_MQTT_OFFLINE'
  | 'ERR_MQTT_PUBLISH_REFUSED'
  | 'ERR_MQTT_UNKNOWN_OUTCOME'
  | 'ERR_MQTT_EXPIRED'
  | 'ERR_MQTT_TIMEOUT'
  | 'ERR_MQTT_ABORTED'
  | 'ERR_MQTT_SUBSCRIBE_REFUSED'
  | 'ERR_MQTT_DECODE'
  | 'ERR_MQTT_REMOTE'
  | 'ERR_MQTT_NO_RESPONDER'
  | 'ERR_MQTT_STORE'
  | 'ERR_MQTT_LISTENER'
  | 'ERR_MQTT_UNACKNOWLEDGED'
  | 'ERR_MQTT_PLUGIN';

/** What an {@link MqttError} is built from besides its code and message. */
export interface MqttErrorOptions {
  /** The error or value behind this one. */
  readonly cause?: unknown;
  /** Whether the same call may succeed later without a change by the caller. Defaults to `false`. */
  readonly retryable?: boolean;
  /** The MQTT reason code (MQTT 5) or return code (3.x) that the server gave, if it gave one. */
  readonly reasonCode?: number | undefined;
}

// A registered symbol, so that errors are recognised across two copies of this package (ESM and CJS, or two versions).
const brand = Symbol.for('rxmqtt.error');

/** Base of every error that this library throws, rejects with or reports. */
export class MqttError extends Error {
  /** What happened, for programs. */
  readonly code: MqttErrorCode;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** The reason code of the server, if it gave one. */
  readonly reasonCode: number | undefined;

  constructor(code: MqttErrorCode, message: string, options: MqttErrorOptions = {}) {
    // Of the options, an Error takes the cause, where there is one.
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.reasonCode = options.reasonCode;
    Object.defineProperty(this, brand, { value: true });
  }

  /** All that is known, for log lines: the message too, which an Error's JSON lacks, but neither stack nor cause. */
  toJSON(): Record<string, unknown> {
    return Object.assign({} as Record<string, unknown>, this, { message: this.message });
  }
}

/** Tells whether a caught value is an error of this library, also when it comes from another copy of it. */
export function isMqttError(value: unknown): value is MqttError {
  return typeof value === 'object' && value !== null && brand in value;
}
