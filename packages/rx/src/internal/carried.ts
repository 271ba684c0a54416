import { type DropEvent, type MqttError, type MqttMessage, type QoS, isMqttError } from '@rxmqtt/core';
import { isObject } from './rules.js';

/** What a value shows of the message that it is, or was made from. */
interface Carried {
  readonly topic?: unknown;
  readonly qos?: unknown;
  readonly awaitsAck?: unknown;
  readonly dup?: unknown;
}

function carried(value: unknown): Carried {
  return isObject(value) ? value : {};
}

/** Whether a value is a message that its observer has to acknowledge. Receive Maximum bounds those; they must not be dropped. */
export function awaitsAck(value: unknown): value is MqttMessage {
  return carried(value).awaitsAck === true;
}

/** The topic of a value that is a message, or input of one. */
export function topicOf(value: unknown): string | undefined {
  const { topic } = carried(value);
  return typeof topic === 'string' ? topic : undefined;
}

/** A value that was given up, as `Mqtt.drops$` shows it. A received message is on its way in, anything else on its way out. */
export function dropOf(value: unknown, error: MqttError): DropEvent {
  const { qos, awaitsAck } = carried(value);
  return {
    direction: typeof awaitsAck === 'boolean' ? 'in' : 'out',
    topic: topicOf(value) ?? '',
    qos: qos === 1 || qos === 2 ? (qos satisfies QoS) : 0,
    reason: isMqttError(error) && error.code === 'ERR_MQTT_CLOSED' ? 'closed' : 'overflow',
    error,
  };
}

/** Whether a value is a message of which the server says that it has sent it before. */
export function isRepeated(value: unknown): boolean {
  return carried(value).dup === true;
}
