import type { ConnectionEnd, DropEvent } from '../connection/connection.js';
import type { ConnectionState } from '../connection/connection-state.js';
import type { PreparationStep } from '../connection/preparation.js';
import type { PluginError } from '../errors/callback-errors.js';
import type { Delivery } from '../inbound/delivery.js';
import type { ConnectionEmitter } from '../observability/connection-emitter.js';
import type { EventSource } from '../observability/log-events.js';
import type { Log } from '../observability/logger.js';
import type { Traffic } from '../wire/traffic.js';
import type { WireFactory } from '../wire/wire.js';
import {
  activatePlugins,
  type ActivePlugin,
  callHook,
  closePlugins,
  type ReportPlugin,
  withHook,
} from './active-plugins.js';
import { connectStep } from './connect-step.js';
import { MessagePipeline } from './message-pipeline.js';
import { PluginTap } from './packet-tap.js';
import { PluggedDelivery } from './plugged-delivery.js';
import type { Plugin } from './plugin.js';

/** What plugins are given of their connection. */
export interface PluginSurroundings {
  readonly log: Log | undefined;
  readonly source: ConnectionEmitter;
  readonly warn: (error: PluginError, what: string) => void;
  /** Runs it when who creates the connection has had time to add listeners. */
  readonly defer: (action: () => void) => void;
}

/** The plugins of a connection, set up, and where they are put in. What none of them wants is `undefined`, and costs nothing. */
export class Plugins {
  readonly #active: readonly ActivePlugin[];
  readonly #report: ReportPlugin;
  readonly #source: ConnectionEmitter;
  /** What happens to messages, if anything. */
  readonly messages: MessagePipeline | undefined;

  /** @throws PluginError when a plugin that must not be missing cannot be set up. */
  constructor(plugins: readonly Plugin[], { log, source, warn, defer }: PluginSurroundings) {
    this.#source = source;
    this.#report = (error) => {
      warn(error, error.message);
    };
    const on: EventSource['on'] = (name, listener) => source.on(name, listener);
    this.#active = activatePlugins(
      plugins,
      (plugin) => ({ on, log: log && ((level, message, fields) => log(level, message, { plugin, ...fields })) }),
      (error) => {
        defer(() => {
          this.#report(error);
        });
      },
    );
    const outward = withHook(this.#active, 'messageOut');
    const inward = withHook(this.#active, 'messageIn');
    if (outward.length + inward.length > 0) this.messages = new MessagePipeline(outward, inward, this.#report);
    const watchers = [...withHook(this.#active, 'state'), ...withHook(this.#active, 'close')];
    if (watchers.length > 0) {
      source.on('state', (state) => {
        this.#changed(state);
      });
    }
  }

  /** What plugins make of each attempt. */
  get preparation(): readonly PreparationStep[] {
    const plugins = withHook(this.#active, 'connect');
    return plugins.length === 0 ? [] : [connectStep(plugins, this.#report)];
  }

  /** Wires whose packets are shown to plugins, and to who listens for them. */
  tapped(wires: WireFactory, traffic: Traffic): WireFactory {
    return new PluginTap(withHook(this.#active, 'packet'), this.#source, this.#report).tapped(wires, traffic);
  }

  /** The delivery with plugins around it, where there are some. */
  around(delivery: Delivery, drop: (event: DropEvent) => void): PluggedDelivery | undefined {
    const plugins = withHook(this.#active, 'deliver');
    const mayRefuse = withHook(this.#active, 'messageIn').some(({ refuses }) => refuses);
    return plugins.length > 0 || mayRefuse ? new PluggedDelivery(delivery, plugins, this.#report, drop) : undefined;
  }

  #changed(state: ConnectionState): void {
    for (const plugin of withHook(this.#active, 'state')) {
      callHook(plugin, 'state', this.#report, () => plugin.hooks.state(state));
    }
    if (state.type !== 'closed' && state.type !== 'failed') return;
    const end: ConnectionEnd =
      state.type === 'failed'
        ? { type: 'failed', by: state.by, cause: state.cause }
        : { type: 'closed', by: 'user', cause: undefined };
    closePlugins(this.#active, end, this.#report);
  }
}
