import { MqttError } from './mqtt-error.js';

/** There is no connection, and what was asked makes sense only on one. */
export class NotConnectedError extends MqttError {
  constructor(what: string) {
    super('ERR_MQTT_NOT_CONNECTED', `there is no connection: ${what}`, { retryable: true });
  }
}
