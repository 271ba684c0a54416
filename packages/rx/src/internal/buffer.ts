import { type MqttError, OverflowError } from '@rxmqtt/core';
import type { Mqtt } from '../client/mqtt.js';
import { Backlog, type BacklogOptions, type BufferOverflow } from './backlog.js';
import { awaitsAck, dropOf, topicOf } from './carried.js';
import type { BufferOptions, DropOptions } from './buffer-options.js';
import { type Rules, client, count, func, oneOf } from './rules.js';
import { isDropWatched, reportDrop } from '../lifecycle/reports.js';

/** The policies that a stream can have: it cannot wait. */
const OVERFLOWS: readonly BufferOverflow[] = ['dropOldest', 'dropNewest', 'latest', 'error'];

/** How the values that wait in an operator are kept. */
export interface BufferSettings<T> extends Pick<BacklogOptions<T>, 'capacity' | 'overflow' | 'order' | 'priority'> {
  /** The operator, for errors. */
  readonly operator: string;
  readonly mqtt?: Pick<Mqtt, 'connection'> | undefined;
  readonly onDrop?: ((value: T) => void) | undefined;
}

/** What the options of a buffer must be. */
export const BUFFER_RULES: Rules<BufferOptions & DropOptions<never>> = {
  capacity: count,
  overflow: oneOf(OVERFLOWS),
  onDrop: func,
  mqtt: client,
};

/** Values that wait in an operator: bounded, and what is dropped shows. */
export class Buffer<T> {
  readonly #settings: BufferSettings<T>;
  readonly #backlog: Backlog<T>;

  constructor(settings: BufferSettings<T>) {
    this.#settings = settings;
    this.#backlog = new Backlog({
      ...settings,
      topic: topicOf,
      bounded: (value) => !awaitsAck(value),
      drop: (value) => {
        this.#tell(value, () => this.#noRoom(value));
      },
    });
  }

  get size(): number {
    return this.#backlog.size;
  }

  /** Throws OverflowError if there is no room, and the policy is `error`. */
  push(value: T): void {
    if (this.#backlog.push(value)) return;
    const error = this.#noRoom(value);
    this.#tell(value, () => error);
    throw error;
  }

  next(): T | undefined {
    return this.#backlog.next();
  }

  /** Forgets everything. */
  clear(): void {
    this.#backlog.clear();
  }

  /** Gives everything up, for this reason. */
  drop(error: MqttError): void {
    for (const value of this.#backlog.clear()) this.#tell(value, () => error);
  }

  #noRoom(value: T): OverflowError {
    const { capacity, operator } = this.#settings;
    return new OverflowError(topicOf(value) ?? '', `${String(capacity)} values wait in ${operator}, and more come in`);
  }

  #tell(value: T, error: () => MqttError): void {
    const { mqtt, onDrop } = this.#settings;
    if (mqtt !== undefined && isDropWatched(mqtt.connection)) reportDrop(mqtt.connection, dropOf(value, error()));
    onDrop?.(value);
  }
}
