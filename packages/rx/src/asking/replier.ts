import { type Connection, isMqttError } from '@rxmqtt/core';
import { type Observable, Subject, isObservable, lastValueFrom, map, reduce, takeUntil } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import { isObject } from '../internal/rules.js';
import { publishAll } from '../publishing/publish-all.js';
import type { FailedStatus, PublishInput } from '../publishing/publish-to-options.js';
import { publishTo } from '../publishing/publish-to.js';
import { RemoteError } from './remote-error.js';
import { type ReplyAddress, type ReplyContent, writeReply } from './reply.js';
import type { HandlerResult, RespondOptions } from './respond-options.js';

const STREAM_WINDOW = 16;

/** Sends what handlers answer. */
export class Replier<R> {
  readonly #connection: Connection;
  readonly #options: Pick<RespondOptions<never, R>, 'replyQos' | 'replyCodec' | 'describeError'>;
  /** What ends a stream of answers that is cut: one that was cut is not a complete one. */
  readonly #cut = new RemoteError('STOPPED', 'the responder has left before the answer was complete');
  /** Errors with that. */
  readonly #stopped$ = new Subject<never>();

  constructor(
    connection: Connection,
    options: Pick<RespondOptions<never, R>, 'replyQos' | 'replyCodec' | 'describeError'>,
  ) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Cuts the streams of answers. To be called before handlers are told to stop: what they do then completes none. */
  stop(): void {
    this.#stopped$.error(this.#cut);
  }

  /**
   * Sends everything that the handler answers, and fulfils with how many values those were, when they are acknowledged. Rejects
   * with what the handler or the codec threw, after that was sent as well, or with why a reply was not delivered.
   */
  async answer(address: ReplyAddress, handle: () => HandlerResult<R>): Promise<number> {
    let undelivered: { readonly error: unknown } | undefined;
    try {
      return await this.#deliver(address, handle(), (error) => {
        undelivered = { error };
      });
    } catch (error) {
      if (undelivered === undefined) await this.refuse(address, this.#describe(error));
      throw error;
    }
  }

  /** Sends an error. Never rejects: that something went wrong is known already. */
  async refuse(address: ReplyAddress, { remoteCode: code, remoteMessage: message }: RemoteError): Promise<void> {
    try {
      await this.#send(address, { type: 'error', code, message });
    } catch {
      // It shows in `drops$`.
    }
  }

  async #deliver(
    address: ReplyAddress,
    result: HandlerResult<R>,
    undelivered: (error: unknown) => void,
  ): Promise<number> {
    if (isObservable(result) || isAsyncIterable(result)) {
      const replies = await this.#sendAll(address, result, undelivered);
      await this.#send(address, { type: 'end' });
      return replies;
    }
    const content = this.#encode(await result);
    try {
      await this.#send(address, content);
    } catch (error) {
      undelivered(error);
      throw error;
    }
    return 1;
  }

  /** An async iterable is pulled no faster than its values are taken. An Observable cannot be slowed down: too many end it. */
  #sendAll(
    address: ReplyAddress,
    values: Observable<R> | AsyncIterable<R>,
    undelivered: (error: unknown) => void,
  ): Promise<number> {
    const mqtt = { connection: this.#connection };
    const project = (value: R): PublishInput => this.#input(address, this.#encode(value));
    const onError = ({ error }: FailedStatus<unknown>): void => {
      undelivered(error);
      throw error;
    };
    const many = { window: STREAM_WINDOW, onError };
    const statuses$: Observable<unknown> = isObservable(values)
      ? publishTo(mqtt, many)(values.pipe(map(project), takeUntil(this.#stopped$)))
      : publishAll(mqtt, values, { ...many, project }).pipe(takeUntil(this.#stopped$));
    return lastValueFrom(statuses$.pipe(reduce((count) => count + 1, 0)), { defaultValue: 0 });
  }

  async #send(address: ReplyAddress, content: ReplyContent): Promise<void> {
    const { topic = '', payload, ...options } = this.#input(address, content);
    await this.#connection.publish(topic, payload, { ...options, overflow: 'block' });
  }

  /** Never retained, whatever the defaults of the connection say: nobody else is to get it. */
  #input(address: ReplyAddress, content: ReplyContent): PublishInput {
    const { replyQos = 1 } = this.#options;
    return { topic: address.topic, qos: replyQos, retain: false, ...writeReply(address, content) };
  }

  #encode(value: R | undefined): ReplyContent {
    const codec: Codec<R> | undefined = this.#options.replyCodec;
    if (codec !== undefined) {
      return { type: 'reply', payload: codec.encode(value as R), properties: codec.properties ?? {} };
    }
    const payload: unknown = value ?? '';
    if (typeof payload === 'string' || payload instanceof Uint8Array) return { type: 'reply', payload, properties: {} };
    throw new TypeError('the handler answered with neither text nor bytes: name a replyCodec');
  }

  #describe(error: unknown): RemoteError {
    const { describeError } = this.#options;
    if (describeError !== undefined && error !== this.#cut) {
      try {
        return describeError(error);
      } catch {
        return internal();
      }
    }
    return isMqttError(error) && error.code === 'ERR_MQTT_REMOTE' && 'remoteCode' in error
      ? (error as RemoteError)
      : internal();
  }
}

function internal(): RemoteError {
  return new RemoteError('INTERNAL', '');
}

function isAsyncIterable<V>(value: HandlerResult<V>): value is AsyncIterable<V> {
  return isObject(value) && Symbol.asyncIterator in value;
}
