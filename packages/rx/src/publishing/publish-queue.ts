import {
  AbortedError,
  ClosedError,
  type Connection,
  type MqttError,
  OverflowError,
  type QoS,
  isMqttError,
} from '@rxmqtt/core';
import { openOnUse } from '../internal/open-on-use.js';
import { reportDrop } from '../lifecycle/reports.js';
import type { InputMerger, MergedInput } from './input-merger.js';
import type { SinkBounds } from './publish-rules.js';
import type { PublishInput, PublishStatus } from './publish-to-options.js';
import { SendWindow, failed } from './send-window.js';
import { SinkBuffer } from './sink-buffer.js';
import { type WaitingInput, afterWaiting, waitingInput } from './waiting-input.js';

/** Inputs that are pushed, on their way into the window of their sink: a buffer in front of it, and one status for each. */
export class PublishQueue<T, I extends PublishInput<T>> {
  readonly #connection: Connection;
  readonly #bounds: SinkBounds;
  readonly #merger: InputMerger<T>;
  readonly #emit: (status: PublishStatus<I>) => void;
  readonly #changed: () => void;
  readonly #buffer: SinkBuffer<I>;
  readonly #window: SendWindow<I>;
  readonly #listeners: readonly (() => void)[];
  #count = 0;
  #congested = false;
  #running = false;
  #stopped = false;

  /** @param changed is called after everything that may have changed how many there are. */
  constructor(
    connection: Connection,
    bounds: SinkBounds,
    merger: InputMerger<T>,
    emit: (status: PublishStatus<I>) => void,
    changed: () => void,
  ) {
    this.#connection = connection;
    this.#bounds = bounds;
    this.#merger = merger;
    this.#emit = emit;
    this.#changed = changed;
    this.#buffer = new SinkBuffer(bounds.overflow, bounds.maxBytes);
    this.#window = new SendWindow(connection, bounds.window, emit, this.#run);
    this.#listeners = this.#buffer.sheds
      ? [
          connection.on('state', this.#run),
          connection.on('congestion', ({ congested }) => {
            this.#congested = congested;
            this.#run();
          }),
        ]
      : [];
  }

  /** How many more inputs there is room for. */
  get free(): number {
    const { window, capacity } = this.#bounds;
    return Math.max(0, window + capacity - this.#window.count - this.#buffer.size);
  }

  /** Whether every input has its status, and nobody is being told one. */
  get isIdle(): boolean {
    return !this.#running && this.#window.count + this.#buffer.size === 0;
  }

  /** Takes an input. */
  push(input: I): void {
    const index = this.#count++;
    const room = this.free;
    // What is refused anyway is not encoded.
    const message =
      room === 0 && !this.#buffer.sheds ? this.#overflow(this.#merger.topicOf(input)) : this.#merger.merge(input);
    if (isMqttError(message)) {
      this.#giveUp(index, input, this.#merger.topicOf(input), message);
      return;
    }
    const waits = this.#running || !this.#window.isOpen || this.#buffer.size > 0 || this.#isHeld(message);
    const entry = waitingInput(index, input, message, waits);
    for (const given of this.#buffer.add(entry, room)) {
      this.#giveUp(given.index, given.input, given.message.topic, this.#overflow(given.message.topic));
    }
    this.#run();
    // What is held waits for a connection that somebody has to open.
    openOnUse(this.#connection);
  }

  /** Takes no input any more: it is given up, without a status. */
  refuse(input: I): void {
    const topic = this.#merger.topicOf(input);
    reportDrop(this.#connection, {
      direction: 'out',
      topic,
      qos: qosOf(input),
      reason: 'closed',
      error: new ClosedError('the sink has ended'),
    });
  }

  /** Nothing more is published: what waits is given up, without a status. What was handed to the connection goes on. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const stopListening of this.#listeners) stopListening();
    for (let entry = this.#buffer.shift(); entry !== undefined; entry = this.#buffer.shift()) {
      const { topic } = entry.message;
      const error = new AbortedError(`publishing to ${JSON.stringify(topic)}`, undefined, false);
      reportDrop(this.#connection, {
        direction: 'out',
        topic,
        qos: entry.message.options.qos ?? 0,
        reason: 'aborted',
        error,
      });
    }
  }

  /**
   * Starts what there is room for, and emits what is settled and has nothing unsettled before it. One loop for all: what
   * settles, or comes in, while it runs is left to it, so that neither order nor the stack depends on who calls.
   */
  readonly #run = (): void => {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#startNext() || this.#window.emitNext());
    } finally {
      this.#running = false;
    }
    this.#changed();
  };

  #startNext(): boolean {
    const { first } = this.#buffer;
    if (first === undefined || !this.#window.isOpen || this.#isHeld(first.message)) return false;
    this.#buffer.shift();
    this.#start(first);
    return true;
  }

  #start(entry: WaitingInput<I>): void {
    const message = afterWaiting(entry);
    if (isMqttError(message)) this.#giveUp(entry.index, entry.input, entry.message.topic, message);
    else this.#window.start(entry.index, entry.input, message);
  }

  /** Where old gives way to new, nothing is handed on that could not be sent now: in the outbox it would grow old. */
  #isHeld({ topic, options }: MergedInput): boolean {
    if (!this.#buffer.sheds) return false;
    if (this.#congested) return true;
    const { type } = this.#connection.state;
    if (type !== 'idle' && type !== 'connecting' && type !== 'reconnecting') return false;
    // What is not to wait anywhere is given up at once, by the connection.
    return (options.offline ?? this.#connection.publishDefaults(topic).offline) === 'queue';
  }

  #giveUp(index: number, input: I, topic: string, error: MqttError): void {
    const reason =
      error instanceof OverflowError ? 'overflow' : error.code === 'ERR_MQTT_EXPIRED' ? 'expired' : 'refused';
    reportDrop(this.#connection, { direction: 'out', topic, qos: qosOf(input), reason, error });
    this.#emit(failed(index, input, error));
  }

  #overflow(topic: string): OverflowError {
    const { capacity, overflow } = this.#bounds;
    const why = this.#buffer.sheds ? `newer ones took its place (overflow: '${overflow}')` : 'it found no room';
    return new OverflowError(
      topic,
      `${why}, for ${String(capacity)} inputs wait already: send them slower, or raise the capacity`,
    );
  }
}

/** JavaScript passes what it likes, which is refused with a status. */
function qosOf(input: { readonly qos?: QoS } | null | undefined): QoS {
  return input?.qos ?? 0;
}
