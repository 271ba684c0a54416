import { type Connection, isMqttError } from '@rxmqtt/core';
import { Observable, isObservable, lastValueFrom, map, reduce } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
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
  readonly #stopped: AbortSignal;
  /** What ends a stream of answers that is cut. */
  readonly #cut = new RemoteError('STOPPED', 'the responder has left before the answer was complete');

  /** @param stopped ends streams of answers. */
  constructor(
    connection: Connection,
    options: Pick<RespondOptions<never, R>, 'replyQos' | 'replyCodec' | 'describeError'>,
    stopped: AbortSignal,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#stopped = stopped;
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
    const statuses$: Observable<unknown> = isObservable(values)
      ? values.pipe(
          stoppedBy(this.#stopped, this.#cut),
          map(project),
          publishTo(mqtt, { window: STREAM_WINDOW, onError }),
        )
      : publishAll(mqtt, values, { window: STREAM_WINDOW, onError, project }).pipe(stoppedBy(this.#stopped, this.#cut));
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
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Errors when the signal is aborted: an answer that was cut is not a complete one. */
function stoppedBy<V>(signal: AbortSignal, cut: RemoteError): (source: Observable<V>) => Observable<V> {
  return (source) =>
    new Observable((subscriber) => {
      const stop = (): void => {
        subscriber.error(cut);
      };
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop);
      subscriber.add(() => {
        signal.removeEventListener('abort', stop);
      });
      subscriber.add(source.subscribe(subscriber));
    });
}
