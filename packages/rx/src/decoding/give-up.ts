import { type Connection, type DecodeError, type MqttMessage, isMqttError, MqttError } from '@rxmqtt/core';
import { publishDeadLetter } from '../dead-letters/publish-dead-letter.js';
import { reportDrop, reportError } from '../lifecycle/reports.js';
import type { DecodeErrorPolicy } from './decode-options.js';

/**
 * Gives an undecodable message up, as the policy says. With a dead letter, the answer fulfils when the message is accounted
 * for and never rejects: who handles messages one by one may wait for it.
 */
export function giveUp(
  connection: Connection | undefined,
  policy: Exclude<DecodeErrorPolicy, 'error'>,
  message: MqttMessage,
  error: DecodeError,
): Promise<void> | undefined {
  if (policy !== 'skip') return bury(connection, policy, message, error);
  const { topic, qos } = message;
  message.ack();
  if (connection !== undefined) {
    reportError(connection, error);
    reportDrop(connection, { direction: 'in', topic, qos, reason: 'undecodable', error });
  }
  return undefined;
}

async function bury(
  connection: Connection | undefined,
  policy: Exclude<DecodeErrorPolicy, string>,
  message: MqttMessage,
  error: DecodeError,
): Promise<void> {
  try {
    await publishDeadLetter(connection, policy, message, { error, attempts: 1 });
    message.ack();
  } catch (cause) {
    const where = policy.mqtt?.connection ?? connection;
    if (where !== undefined)
      reportError(
        where,
        isMqttError(cause)
          ? cause
          : new MqttError('ERR_MQTT_LISTENER', `no dead letter could be made for a message on ${message.topic}`, {
              cause,
            }),
      );
  }
}
