import { hideSecrets } from './hide-secrets.js';
import { MqttError } from './mqtt-error.js';

/**
 * Enhanced authentication failed on our side: a step of the exchange threw, took too long, or did not believe the server
 * (`serverRejected`, which is not tried again). `cause` tells why, without anything that might be secret.
 */
export class AuthenticationError extends MqttError {
  /** The method, such as `SCRAM-SHA-256`. */
  readonly method: string;
  /** Whether it was the server that could not prove who it is. */
  readonly serverRejected: boolean;

  constructor(method: string, what: string, options: { cause: unknown; serverRejected?: boolean }) {
    const { cause, serverRejected = false } = options;
    super('ERR_MQTT_AUTHENTICATION', `authentication by ${method} failed: ${what}; see cause`, {
      cause: hideSecrets(cause),
      retryable: !serverRejected,
      // What DISCONNECT says to the server: not authorized.
      reasonCode: 0x87,
    });
    this.method = method;
    this.serverRejected = serverRejected;
  }
}
