import { InvalidMessageError, type Payload, type PublishOptions } from '@rxmqtt/core';
import type { PublishInput, PublishToOptions } from './publish-to-options.js';

/** What is handed to the connection. */
export interface MergedInput {
  readonly topic: string;
  readonly payload: Payload;
  readonly options: PublishOptions;
}

/** One message of an input and the options for all of them. A value that cannot be encoded is answered with an error. */
export function mergeInput<T>(
  input: PublishInput<T>,
  defaults: PublishToOptions<T>,
): MergedInput | InvalidMessageError {
  const { codec } = defaults;
  const topic = input.topic ?? defaults.topic;
  if (topic === undefined) {
    return new InvalidMessageError('', 'topic', 'is missing: neither the input nor the options of publishTo name one');
  }
  let payload: Payload;
  try {
    payload = codec === undefined ? (input.payload as Payload) : codec.encode(input.payload);
  } catch (cause) {
    return new InvalidMessageError(
      topic,
      'payload',
      `could not be encoded as ${codec?.name ?? 'bytes'}: ${describe(cause)}`,
    );
  }
  const properties = { ...codec?.properties, ...defaults.properties, ...input.properties };
  return {
    topic,
    payload,
    options: {
      ...pick(defaults),
      ...pick(input),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
    },
  };
}

/** What a codec has thrown, in words; some objects have none. */
function describe(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return 'it threw something without a text';
  }
}

/** The publish options that are set; one that is `undefined` must not hide a default. */
function pick({ qos, retain, offline, overflow, timeout }: PublishOptions): PublishOptions {
  return {
    ...(qos === undefined ? {} : { qos }),
    ...(retain === undefined ? {} : { retain }),
    ...(offline === undefined ? {} : { offline }),
    ...(overflow === undefined ? {} : { overflow }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}
