import {
  ClosedError,
  type Connection,
  type MqttError,
  type MqttMessage,
  type Subscription,
  isMqttError,
} from '@rxmqtt/core';
import type { Unsubscribable } from 'rxjs';
import { after } from '../internal/after.js';
import { hasEnded } from '../internal/has-ended.js';
import { openOnUse } from '../internal/open-on-use.js';
import { unguessableText } from '../internal/unguessable.js';
import { type ReplyContent, readReply } from './reply.js';

/** Somebody who waits for replies. */
export interface Asker {
  /** Replies to this topic arrive from now on. */
  ready(replyTo: string, protocolVersion: 3 | 4 | 5): void;
  reply(content: ReplyContent, message: MqttMessage): void;
  /** None will arrive. */
  fail(error: MqttError): void;
}

const DEFAULT_PREFIX = 'rxmqtt/reply';
const inboxes = new WeakMap<Connection, Map<string, ReplyInbox>>();

/** The inbox of a connection for replies to topics that begin with `prefix`. */
export function inboxOf(connection: Connection, prefix: string | undefined): ReplyInbox {
  let known = inboxes.get(connection);
  if (known === undefined) {
    known = new Map();
    inboxes.set(connection, known);
  }
  const name = prefix ?? '';
  let inbox = known.get(name);
  if (inbox === undefined) {
    inbox = new ReplyInbox(connection, prefix);
    known.set(name, inbox);
  }
  return inbox;
}

/**
 * One subscription for the replies to all requests of a connection. It is there from the first request on, and for a while after
 * the last one has its reply, so that asking again costs no SUBSCRIBE.
 */
export class ReplyInbox {
  readonly #connection: Connection;
  readonly #prefix: string | undefined;
  /** Nobody else knows where our replies go. */
  readonly #name = unguessableText(22);
  readonly #askers = new Map<string, Asker>();
  #topic = '';
  #version: 3 | 4 | 5 = 5;
  #phase: 'idle' | 'connecting' | 'subscribing' | 'ready' = 'idle';
  #subscription: Subscription | undefined;
  #stopListening: (() => void) | undefined;
  #lingering: Unsubscribable | undefined;

  constructor(connection: Connection, prefix: string | undefined) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /** Waits for replies with this key. The function returned ends that. */
  enter(key: string, asker: Asker, linger: number): () => void {
    this.#lingering?.unsubscribe();
    this.#askers.set(key, asker);
    if (this.#phase === 'ready') asker.ready(this.#topic, this.#version);
    else if (this.#phase === 'idle') this.#start();
    return () => {
      if (!this.#askers.delete(key) || this.#askers.size > 0 || this.#phase === 'idle') return;
      this.#lingering?.unsubscribe();
      this.#lingering = after(linger, () => {
        this.#stop();
      });
    };
  }

  /** Only a connection knows what the server wants reply topics to begin with, and which version it speaks. */
  #start(): void {
    const connection = this.#connection;
    this.#phase = 'connecting';
    if (this.#subscribe()) return;
    this.#stopListening = connection.on('state', () => {
      if (this.#subscribe()) this.#stopListening?.();
    });
    openOnUse(connection);
  }

  /** The answer is whether there is nothing more to wait for. */
  #subscribe(): boolean {
    const { state, negotiated } = this.#connection;
    if (hasEnded(state)) {
      this.#fail(
        state.type === 'failed' ? state.cause : new ClosedError('the connection was closed, so no reply will come'),
      );
      return true;
    }
    if (negotiated === undefined) return false;
    this.#phase = 'subscribing';
    this.#version = negotiated.protocolVersion;
    // [MQTT 5, 4.10.1]
    const prefix = this.#prefix ?? negotiated.responseInformation ?? DEFAULT_PREFIX;
    this.#topic = `${prefix.replace(/\/+$/, '')}/${this.#name}`;
    try {
      this.#subscription = this.#connection.subscribe(
        this.#topic,
        { qos: 1 },
        {
          message: (message) => {
            this.#deliver(message);
          },
          ready: () => {
            this.#ready();
          },
          error: (error) => {
            this.#fail(error);
          },
          end: () => {
            this.#fail(new ClosedError('the connection was closed, so no reply will come'));
          },
        },
      );
    } catch (error) {
      this.#fail(isMqttError(error) ? error : new ClosedError('no reply can be received', { cause: error }));
    }
    return true;
  }

  #ready(): void {
    if (this.#phase !== 'subscribing') return;
    this.#phase = 'ready';
    for (const asker of [...this.#askers.values()]) asker.ready(this.#topic, this.#version);
  }

  /** What comes too late, or was never asked for, is nobody's. */
  #deliver(message: MqttMessage): void {
    const reply = readReply(message);
    if (reply !== undefined) this.#askers.get(reply.key)?.reply(reply.content, message);
  }

  #fail(error: MqttError): void {
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    this.#stop();
    for (const asker of askers) asker.fail(error);
  }

  #stop(): void {
    this.#phase = 'idle';
    this.#lingering?.unsubscribe();
    this.#stopListening?.();
    this.#stopListening = undefined;
    void this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }
}
