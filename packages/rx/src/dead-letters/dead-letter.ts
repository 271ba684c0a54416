import { type MqttMessage, type QoS, isTopicName } from '@rxmqtt/core';
import type { Mqtt } from '../client/mqtt.js';
import { type Rule, check, client, fields, flag, isFunction, qos as qosRule } from '../internal/rules.js';

/** How dead letters are published. */
export interface DeadLetterOptions {
  /** The client that publishes them. Defaults to the `mqtt` of `processEach`, and to the one that a message to decode came from. */
  readonly mqtt?: Pick<Mqtt, 'connection'>;
  /** Defaults to 1: the message is given up only when the broker has its dead letter. */
  readonly qos?: QoS;
  /** Whether the broker keeps the last one for those who subscribe later. Defaults to `false`. */
  readonly retain?: boolean;
}

/** Where messages go that cannot be handled. Made by {@link deadLetter}. */
export interface DeadLetter {
  /** The topic, or what makes it of the message. */
  readonly topic: string | ((message: MqttMessage) => string);
  /** The client that publishes them, if it is not the one that the message came from. */
  readonly mqtt: Pick<Mqtt, 'connection'> | undefined;
  /** The quality of service of the dead letters. */
  readonly qos: QoS;
  /** Whether they are retained. */
  readonly retain: boolean;
}

/**
 * Gives messages that cannot be handled to a topic of their own, where somebody can look at them: the payload as it came, and
 * what happened in user properties (MQTT 5):
 *
 * | user property | |
 * |---|---|
 * | `dead-letter-topic` | the topic it came on |
 * | `dead-letter-reason` | the text of the error |
 * | `dead-letter-code` | the `code` of the error, if it has one |
 * | `dead-letter-attempts` | how often it was tried |
 *
 * The content type and the user properties of the message come along. MQTT 3.x has no properties: there a dead letter is JSON,
 * `{ "topic", "reason", "code", "attempts", "payload" }`, the payload in base64.
 *
 * @param topic where to; a function gets the message, and must not give a topic that is observed by the same pipeline.
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/temp', { codec: json(reading), ack: 'manual', onDecodeError: deadLetter('dead/plant') });
 * ```
 */
export function deadLetter(
  topic: string | ((message: MqttMessage) => string),
  options: DeadLetterOptions = {},
): DeadLetter {
  check(['topic', topic, place], ['', options, OPTIONS]);
  const { mqtt, qos = 1, retain = false } = options;
  return { topic, mqtt, qos, retain };
}

const OPTIONS = /* @__PURE__ */ fields<DeadLetterOptions>({ mqtt: client, qos: qosRule, retain: flag });

const place: Rule = (topic) =>
  isFunction(topic) || isTopicName(topic)
    ? undefined
    : 'must be a topic without wildcards, or a function that gives one';
