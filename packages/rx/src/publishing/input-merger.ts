import { InvalidMessageError, type Payload, type PublishOptions, type PublishProperties } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';
import type { PublishInput, PublishManyOptions } from './publish-to-options.js';

/** What is handed to the connection. */
export interface MergedInput {
  readonly topic: string;
  readonly payload: Payload;
  readonly options: PublishOptions;
}

/** The part of the options that concerns single messages. */
type MessageDefaults<T> = Omit<PublishManyOptions<T>, 'window' | 'onError'>;

/** Makes messages of inputs and the options for all of them. */
export class InputMerger<T> {
  readonly #topic: string | undefined;
  readonly #codec: Codec<T> | undefined;
  readonly #defaults: PublishOptions;
  readonly #properties: PublishProperties;
  /** The options of every input that has none of its own. */
  readonly #shared: PublishOptions;

  /** @param overflow what happens when the outbox of the connection is full. */
  constructor(defaults: MessageDefaults<T>, overflow: PublishOptions['overflow']) {
    const { topic, codec } = defaults;
    this.#topic = topic;
    this.#codec = codec;
    this.#defaults = pick(defaults);
    this.#properties = { ...codec?.properties, ...defaults.properties };
    this.#shared = this.#merge({}, overflow);
  }

  /** The message of an input. A value that cannot be encoded is answered with an error. */
  merge(input: PublishInput<T>): MergedInput | InvalidMessageError {
    if (typeof input !== 'object' || (input as unknown) === null) {
      return new InvalidMessageError(this.#topic ?? '', 'input', `is no object with a payload but ${describe(input)}`);
    }
    const topic = input.topic ?? this.#topic;
    if (topic === undefined) {
      return new InvalidMessageError('', 'topic', 'is missing: neither the input nor the options name one');
    }
    const codec = this.#codec;
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
    return { topic, payload, options: isPlain(input) ? this.#shared : this.#merge(input, this.#shared.overflow) };
  }

  /** Where an input is to go, for the error that refuses it. */
  topicOf(input: { readonly topic?: unknown } | null | undefined): string {
    const topic = input?.topic ?? this.#topic;
    return typeof topic === 'string' ? topic : '';
  }

  #merge(own: PublishOptions, overflow: PublishOptions['overflow']): PublishOptions {
    const properties = { ...this.#properties, ...own.properties };
    return {
      ...this.#defaults,
      ...pick(own),
      ...(overflow === undefined ? {} : { overflow }),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
    };
  }
}

/** Whether an input has no options of its own. */
function isPlain({ qos, retain, offline, timeout, properties }: PublishOptions): boolean {
  return (
    qos === undefined &&
    retain === undefined &&
    offline === undefined &&
    timeout === undefined &&
    properties === undefined
  );
}

/** The publish options that are set; one that is `undefined` must not hide a default. */
function pick({ qos, retain, offline, timeout }: PublishOptions): PublishOptions {
  return {
    ...(qos === undefined ? {} : { qos }),
    ...(retain === undefined ? {} : { retain }),
    ...(offline === undefined ? {} : { offline }),
    ...(timeout === undefined ? {} : { timeout }),
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
