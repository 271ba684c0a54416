import { json, type MqttMessage } from '@rxmqtt/rx';
import { type Invalid, type Reading, validateTelemetry } from './model/telemetry.js';

const telemetry = json(validateTelemetry);

/** A message of {@link TELEMETRY}, observed without a codec. */
export interface TelemetryMessage extends Pick<MqttMessage, 'topic' | 'payload'> {
  readonly params: { readonly line: string; readonly machine: string };
}

/** The reading in a message, or why there is none. A codec given to `observe` would end the stream at the first bad payload. */
export function readTelemetry({ topic, payload, params }: TelemetryMessage): Reading | Invalid {
  try {
    const { temperature, vibration, state, seq } = telemetry.decode(payload);
    return { type: 'reading', line: params.line, machine: params.machine, temperature, vibration, state, seq };
  } catch (error) {
    return { type: 'invalid', topic, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Narrows what {@link readTelemetry} returns. */
export function isReading(arrival: Reading | Invalid): arrival is Reading {
  return arrival.type === 'reading';
}
