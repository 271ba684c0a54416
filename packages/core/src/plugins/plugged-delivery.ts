import type { Handling } from '../inbound/handling.js';
import type { Delivery, DeliveryResult } from '../inbound/delivery.js';
import type { DropEvent } from '../connection/connection.js';
import { type PluginError } from '../errors/callback-errors.js';
import type { InboundMessage } from '../message/inbound-message.js';
import { IMPLEMENTATION_ERROR } from '../wire/codec/packet-type.js';
import { callHook, type ReportPlugin, type WithHook } from './active-plugins.js';

/** Delivers with the plugins around it, and keeps back what a plugin has refused. */
export class PluggedDelivery implements Delivery {
  readonly #inner: Delivery;
  readonly #around: readonly WithHook<'deliver'>[];
  readonly #report: ReportPlugin;
  readonly #drop: (event: DropEvent) => void;
  readonly #refused = new WeakMap<InboundMessage, PluginError>();

  constructor(
    inner: Delivery,
    around: readonly WithHook<'deliver'>[],
    report: ReportPlugin,
    drop: (event: DropEvent) => void,
  ) {
    this.#inner = inner;
    this.#around = around;
    this.#report = report;
    this.#drop = drop;
  }

  /** This message will not be delivered when its turn comes. */
  refuse(message: InboundMessage, error: PluginError): void {
    this.#refused.set(message, error);
  }

  deliver(message: InboundMessage, handling: (() => Handling) | undefined): DeliveryResult {
    const refusal = this.#refused.get(message);
    if (refusal !== undefined) return this.#keepBack(message, handling, refusal);
    if (this.#around.length === 0) return this.#inner.deliver(message, handling);
    let result: DeliveryResult = 'unwanted';
    let next = (): void => {
      result = this.#inner.deliver(message, handling);
    };
    // The last plugin is the outermost: it was the last on the way out too.
    for (const plugin of this.#around) next = this.#wrapped(plugin, message, next);
    next();
    return result;
  }

  /** Whatever the plugin does, the message is delivered once. */
  #wrapped(plugin: WithHook<'deliver'>, message: InboundMessage, next: () => void): () => void {
    return () => {
      let called = false;
      let thrown: { readonly error: unknown } | undefined;
      const once = (): void => {
        if (called) return;
        called = true;
        try {
          next();
        } catch (error) {
          thrown = { error };
        }
      };
      callHook(plugin, 'deliver', this.#report, () => plugin.hooks.deliver(message, once));
      once();
      rethrow(thrown);
    };
  }

  #keepBack(
    { topic, qos }: InboundMessage,
    handling: (() => Handling) | undefined,
    error: PluginError,
  ): DeliveryResult {
    this.#drop({ direction: 'in', topic, qos, reason: 'refused', error });
    const made = handling?.();
    made?.hold().settle(made.canRefuse ? IMPLEMENTATION_ERROR : 0);
    return 'delivered';
  }
}

/** What the delivery itself threw is none of the plugin's business. */
function rethrow(thrown: { readonly error: unknown } | undefined): void {
  if (thrown !== undefined) throw thrown.error;
}
