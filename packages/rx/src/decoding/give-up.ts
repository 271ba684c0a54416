import {
  type Connection,
  type DecodeError,
  type MqttMessage,
  type Negotiated,
  OverflowError,
  isMqttError,
  MqttError,
} from '@rxmqtt/core';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import { publishDeadLetter } from '../dead-letters/publish-dead-letter.js';
import { reportDrop, reportError } from '../lifecycle/reports.js';
import type { DecodeErrorPolicy } from './decode-options.js';

/** Dead letters that wait for a connection. Of QoS 1 and 2 there may be more: the server sends no more than it may. */
const MOST_WAITING = 1_000;

/** How many there are, by the connection that they wait for. */
const waiting = /* @__PURE__ */ new WeakMap<Connection, number>();

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
  if (policy !== 'skip') {
    const through = policy.mqtt?.connection ?? connection;
    return through && bury(connection ?? through, through, policy, message, error);
  }
  message.ack();
  if (connection !== undefined) report(connection, message, error);
  return undefined;
}

/** What goes wrong shows where the message came from: whoever looks there is to know that it was not handled. */
async function bury(
  origin: Connection,
  through: Connection,
  policy: DeadLetter,
  message: MqttMessage,
  error: DecodeError,
): Promise<void> {
  try {
    const negotiated = through.negotiated ?? (await agreed(through, message));
    await publishDeadLetter(through, negotiated, policy, message, { error, attempts: 1 });
    message.ack();
  } catch (cause) {
    const what = `no dead letter could be made for a message on ${message.topic}`;
    report(origin, message, isMqttError(cause) ? cause : new MqttError('ERR_MQTT_LISTENER', what, { cause }));
  }
}

/** Waits until client and server have agreed: how a dead letter looks depends on the version. */
async function agreed(connection: Connection, { topic, qos }: MqttMessage): Promise<Negotiated> {
  const count = waiting.get(connection) ?? 0;
  if (qos === 0 && count >= MOST_WAITING)
    throw new OverflowError(topic, 'too many dead letters wait for a connection already');
  waiting.set(connection, count + 1);
  try {
    return await connection.open();
  } finally {
    waiting.set(connection, waiting.get(connection)! - 1);
  }
}

/** What still awaits its acknowledgement is not lost: the server has it. */
function report(connection: Connection, { topic, qos, awaitsAck }: MqttMessage, error: MqttError): void {
  reportError(connection, error);
  if (!awaitsAck) reportDrop(connection, { direction: 'in', topic, qos, reason: 'undecodable', error });
}
