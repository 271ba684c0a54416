import { MqttError } from '@rxmqtt/core';

const LONGEST_TEXT = 1_000;

/**
 * The responder could not do what it was asked. Thrown by a handler of `respond`, it crosses to whoever asked, with its code
 * and message and nothing else; there, `request` errors with it.
 */
export class RemoteError extends MqttError {
  declare readonly code: 'ERR_MQTT_REMOTE';
  /**
   * What went wrong, in words that the two sides share: `NOT_FOUND`. The library itself uses `BAD_REQUEST` for a request that
   * could not be decoded, `STOPPED` for an answer of several values that was cut because the responder has left, and `INTERNAL` for
   * any other error of a handler, whose message stays where it was thrown.
   */
  readonly remoteCode: string;
  /** The text that crosses. */
  readonly remoteMessage: string;

  /** @param topic where it was asked, if that is known. */
  constructor(remoteCode: string, remoteMessage: string, topic?: string) {
    const code = printable(remoteCode);
    const text = printable(remoteMessage);
    const where = topic === undefined ? '' : `the responder on ${JSON.stringify(topic)} answered with `;
    super('ERR_MQTT_REMOTE', `${where}${code}${text === '' ? '' : `: ${text}`}`);
    this.remoteCode = code;
    this.remoteMessage = text;
  }
}

/** Nobody is subscribed to the topic of a request, as the server says (MQTT 5, QoS 1 and 2). */
export class NoResponderError extends MqttError {
  declare readonly code: 'ERR_MQTT_NO_RESPONDER';
  /** The topic of the request. */
  readonly topic: string;

  constructor(topic: string) {
    super('ERR_MQTT_NO_RESPONDER', `nobody is subscribed to ${JSON.stringify(topic)}, so nobody will answer`, {
      retryable: true,
    });
    this.topic = topic;
  }
}

/** Text of strangers, as it may stand in a log line: without control characters. */
function printable(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .trim();
}
