import { PluginError } from '../errors/callback-errors.js';
import { isMqttError } from '../errors/mqtt-error.js';
import { isBytes } from '../internal/is-bytes.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import { encodeUtf8 } from '../internal/utf8.js';
import { InboundMessage } from '../message/inbound-message.js';
import type { PublishProperties } from '../message/publish-properties.js';
import { MessageAcceptor } from '../outbound/accept-message.js';
import type { Payload, PublishOptions } from '../outbound/publish-options.js';
import { validateTopicName } from '../topics/topic-name.js';
import type { ActivePlugin, ReportPlugin, WithHook } from './active-plugins.js';
import type { MessagePatch } from './plugin.js';

/** A message as it was given to `publish()`, or as plugins have made it. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Payload;
  readonly options: PublishOptions;
}

const NO_PROPERTIES: PublishProperties = Object.freeze({});

/** What plugins make of messages: on the way out in their order, on the way in in the reverse order. */
export class MessagePipeline {
  readonly #outward: readonly WithHook<'messageOut'>[];
  readonly #inward: readonly WithHook<'messageIn'>[];
  readonly #report: ReportPlugin;
  readonly #acceptor = new MessageAcceptor();

  constructor(
    outward: readonly WithHook<'messageOut'>[],
    inward: readonly WithHook<'messageIn'>[],
    report: ReportPlugin,
  ) {
    this.#outward = outward;
    this.#inward = [...inward].reverse();
    this.#report = report;
  }

  /** The message to send, or why a plugin would not let it go. What is invalid is left as it is: it is refused anyway. */
  outgoing(topic: string, payload: Payload, options: PublishOptions): Outgoing | PluginError {
    const given = { topic, payload, options };
    if (this.#outward.length === 0) return given;
    try {
      this.#accept(given);
    } catch (error) {
      if (isMqttError(error)) return given;
      throw error;
    }
    let current: Outgoing = given;
    for (const plugin of this.#outward) {
      try {
        const { topic, payload, options } = current;
        const { qos = 0, retain = false, properties = NO_PROPERTIES } = options;
        const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
        const patch = patchOf(plugin.hooks.messageOut({ topic, payload: bytes, qos, retain, properties }));
        if (patch === undefined) continue;
        const changed = {
          topic: patch.topic ?? topic,
          payload: patch.payload ?? payload,
          options: { ...options, properties: patch.properties ?? properties },
        };
        this.#accept(changed);
        current = changed;
      } catch (cause) {
        const error = this.#failed(plugin, 'messageOut', cause);
        if (plugin.refuses) return error;
      }
    }
    return current;
  }

  /** The message to deliver, or why a plugin would not have it delivered. */
  incoming(message: InboundMessage): InboundMessage | PluginError {
    let current = message;
    for (const plugin of this.#inward) {
      try {
        const patch = patchOf(plugin.hooks.messageIn(current));
        if (patch !== undefined) current = this.#patched(current, patch);
      } catch (cause) {
        const error = this.#failed(plugin, 'messageIn', cause);
        if (plugin.refuses) return error;
      }
    }
    return current;
  }

  #accept({ topic, payload, options }: Outgoing): void {
    this.#acceptor.accept(topic, payload, options);
  }

  #patched(
    message: InboundMessage,
    { topic = message.topic, payload = message.payload, properties }: MessagePatch,
  ): InboundMessage {
    if (topic !== message.topic) validateTopicName(topic);
    const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
    if (!isBytes(bytes)) throw new TypeError('the payload is neither text nor a Uint8Array');
    if (properties !== undefined) {
      const { subscriptionIdentifiers: _, ...rest } = properties;
      this.#acceptor.accept('a', '', { properties: rest });
    }
    const { qos, retain, dup, packetId, subscriptionId, subscriptionIds } = message;
    // The bytes are only there to say that there are properties.
    return new InboundMessage(
      topic,
      bytes,
      qos,
      retain,
      dup,
      packetId,
      subscriptionId,
      subscriptionIds,
      bytes,
      0,
      () => properties ?? message.properties,
    );
  }

  #failed(plugin: ActivePlugin, hook: 'messageOut' | 'messageIn', cause: unknown): PluginError {
    const error = new PluginError(plugin.name, hook, 'see cause', { cause });
    this.#report(error);
    return error;
  }
}

/** What a hook has returned, which may be JavaScript. */
function patchOf(returned: unknown): MessagePatch | undefined {
  if (returned === undefined) return undefined;
  if (isPromiseLike(returned)) {
    returned.then(undefined, () => undefined);
    throw new TypeError('it returned a promise, but messages cannot wait');
  }
  if (typeof returned !== 'object' || returned === null) throw new TypeError('it returned no object');
  return returned;
}
