import { MqttError } from './mqtt-error.js';

/**
 * The session store could not be opened, read or written; `cause` is what it said. A publish that fails with it was neither
 * stored nor sent.
 */
export class StoreError extends MqttError {
  constructor(what: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    const { cause } = options;
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    super('ERR_MQTT_STORE', `${what}${why}`, options);
  }
}
