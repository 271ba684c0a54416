import type { ConnectionState, MqttError, PublishInput, PublishStatus } from '@rxmqtt/rx';
import type { Assessment } from './anomaly.js';
import type { Alarm } from './model/alarm.js';
import type { Invalid, Reading } from './model/telemetry.js';
import { alarmTopic, summaryTopic } from './model/topics.js';
import type { LineSummary } from './summary.js';

/** Everything that happens in the pipeline. Discriminated by `type`. */
export type PlantEvent = Reading | Invalid | Assessment | Delivery;

/** What became of something published. */
export interface Delivery {
  readonly type: 'delivery';
  readonly payload: Outgoing;
  /** Why the broker has not acknowledged it; `undefined` if it has. */
  readonly error: MqttError | undefined;
}

/** Where the pipeline's connection stands; not of the pipeline itself, but shown with it. */
export interface ConnectionEvent {
  readonly type: 'connection';
  readonly state: ConnectionState;
}

/** What the pipeline publishes. */
export type Outgoing = Alarm | LineSummary;

export function alarmMessage(alarm: Alarm): PublishInput<Outgoing> {
  return { topic: alarmTopic(alarm.line, alarm.machine), payload: alarm };
}

/** Retained: who comes later sees how the line stands. */
export function summaryMessage(summary: LineSummary): PublishInput<Outgoing> {
  return { topic: summaryTopic(summary.line), payload: summary, retain: true };
}

export function toDelivery(status: PublishStatus<PublishInput<Outgoing>>): Delivery {
  return {
    type: 'delivery',
    payload: status.input.payload,
    error: status.status === 'failed' ? status.error : undefined,
  };
}
