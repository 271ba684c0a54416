import type { DecodeError, Payload, PublishOptions, PublishProperties } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';
import type { RemoteError } from './remote-error.js';

/** What came back. */
export interface Reply<T = Uint8Array> {
  /** The decoded payload. */
  readonly value: T;
  /** The payload. */
  readonly payload: Uint8Array;
  /** The MQTT 5 properties; on 3.x the content type, if the responder names one. */
  readonly properties: PublishProperties;
}

/** How one is asked. */
export interface RequestOptions<T = Uint8Array, Q = Payload>
  extends Omit<PublishOptions, 'signal' | 'retain' | 'timeout'> {
  /** Quality of service of the request. Defaults to 1. */
  readonly qos?: 0 | 1 | 2;
  /**
   * Milliseconds until it errors with TimeoutError, counted from the subscription: being connected and subscribed is part of
   * it. The server is told to deliver no request later than that (MQTT 5). Defaults to 10,000; `Infinity` for no limit.
   */
  readonly timeout?: number;
  /** Ends the wait: it errors with AbortedError. */
  readonly signal?: AbortSignal;
  /** Encodes the payload. Without it that is text or bytes. */
  readonly codec?: Codec<Q>;
  /** Decodes replies into `value`. Defaults to `bytes`: the payload itself. */
  readonly replyCodec?: Codec<T>;
  /**
   * What the topic of replies begins with; a level that nobody can guess follows. Defaults to the server's response
   * information if it gives one (MQTT 5), and else to `rxmqtt/reply`.
   */
  readonly replyTo?: string;
  /**
   * How the responder is told where to reply: `'properties'`, by Response Topic and Correlation Data (MQTT 5), or
   * `'envelope'`, by a JSON text around the payload, which responders on 3.x need. Defaults to what the connection speaks.
   */
  readonly convention?: 'properties' | 'envelope';
  /** Milliseconds that the subscription for replies stays after the last request. Defaults to 30,000. */
  readonly linger?: number;
}

/** When enough replies have come; the first that holds. */
export interface UntilOptions<T = Uint8Array> {
  /** After so many. */
  readonly count?: number;
  /** When none has come for so many milliseconds since the last one. */
  readonly stall?: number;
  /** After so many milliseconds, counted from the subscription. */
  readonly timer?: number;
  /**
   * `true`: when a responder says that it was the last, or sends an empty payload. A function: at the reply for which it returns
   * `true`. That reply is not emitted.
   */
  readonly sentinel?: true | ((reply: Reply<T>) => boolean);
}

/** At least one condition must end it. */
export type Until<T = Uint8Array> = UntilOptions<T> &
  (
    | Required<Pick<UntilOptions<T>, 'count'>>
    | Required<Pick<UntilOptions<T>, 'stall'>>
    | Required<Pick<UntilOptions<T>, 'timer'>>
    | Required<Pick<UntilOptions<T>, 'sentinel'>>
  );

/** How many are asked. */
export interface RequestManyOptions<T = Uint8Array, Q = Payload> extends Omit<RequestOptions<T, Q>, 'timeout'> {
  /** When enough replies have come. */
  readonly until: Until<T>;
  /**
   * Milliseconds until it errors with TimeoutError when `until` has not come true. Defaults to 10,000, and to no limit with
   * `until.timer`.
   */
  readonly timeout?: number;
  /**
   * What happens with a responder that fails, or whose reply cannot be decoded: the stream errors, it is skipped, or a
   * function is called with the error. Defaults to `'error'`.
   */
  readonly onError?: 'error' | 'skip' | ((error: RemoteError | DecodeError) => void);
}

/** The error of one reply among several. */
export type ReplyError = RemoteError | DecodeError;
