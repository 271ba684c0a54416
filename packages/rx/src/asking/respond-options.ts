import type { Payload, PublishProperties, QoS, TemplateParams } from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import type { RemoteError } from './remote-error.js';

/** A request, as its handler gets it. */
export interface ReceivedRequest<Template extends string = string, T = Uint8Array> {
  /** The topic that was asked. */
  readonly topic: string;
  /** The values of the `{name}` levels of the template. */
  readonly params: TemplateParams<Template>;
  /** The decoded payload. */
  readonly value: T;
  /** The payload. */
  readonly payload: Uint8Array;
  /** The MQTT 5 properties; on 3.x the content type, if there is one. */
  readonly properties: PublishProperties;
  /** Where the reply goes. */
  readonly replyTo: string;
  /** Whether the server says that it has sent the request before: it may have been handled then. */
  readonly dup: boolean;
  /** Aborted when responding ends. An Observable or async iterable that still answers is cut before that. */
  readonly signal: AbortSignal;
}

/** What a handler answers with: a value, a promise of one, or any number of them as an Observable or an async iterable. */
export type HandlerResult<R> = R | PromiseLike<R> | Observable<R> | AsyncIterable<R>;

/** How requests are answered. */
export interface RespondOptions<T = Uint8Array, R = Payload> {
  /** Quality of service of the subscription. Defaults to 1. */
  readonly qos?: QoS;
  /** Quality of service of replies. Defaults to 1. */
  readonly replyQos?: QoS;
  /** Joins the consumer group of this name: each request goes to one of its responders. */
  readonly group?: string;
  /** How many requests are handled at once; further ones wait, at the server as far as it keeps them. Defaults to 64. */
  readonly concurrency?: number;
  /** Decodes requests. Defaults to `bytes`: the payload itself. */
  readonly codec?: Codec<T>;
  /** Encodes replies. Without it they are text or bytes. */
  readonly replyCodec?: Codec<R>;
  /**
   * Filters of the topics that replies may go to. Defaults to all that do not begin with `$`. A requester names any topic it
   * likes, also ones that it may not publish to itself: where requesters are not trusted, name what is meant for replies.
   */
  readonly allow?: string | readonly string[];
  /**
   * What a requester is told of an error. Defaults to RemoteErrors as they are, and `INTERNAL` without a message for all others:
   * their messages are for the log of the responder. Not asked about what the library itself says: `BAD_REQUEST` and `STOPPED`.
   */
  readonly describeError?: (error: unknown) => RemoteError;
}

/** What became of a request. */
export type RespondStatus<Template extends string = string, T = Uint8Array> =
  | {
      readonly status: 'answered';
      readonly request: ReceivedRequest<Template, T>;
      /** How many values were sent, and acknowledged. */
      readonly replies: number;
    }
  | {
      readonly status: 'failed';
      readonly topic: string;
      /** `undefined` when it could not be decoded. */
      readonly request: ReceivedRequest<Template, T> | undefined;
      /** What the handler threw, why the request could not be decoded, or why a reply was not delivered. */
      readonly error: unknown;
    }
  | {
      readonly status: 'ignored';
      readonly topic: string;
      /** It names no reply topic; it names one that is not served; or it was retained, and so is nobody's question any more. */
      readonly reason: 'noReplyTopic' | 'replyTopicRefused' | 'retained';
    };
