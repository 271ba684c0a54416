import { hideSecrets } from './hide-secrets.js';
import { MqttError } from './mqtt-error.js';

/** A function that the user gave to listen with has thrown; nothing else is harmed. `cause` is what it threw. */
export class ListenerError extends MqttError {
  constructor(what: string, cause: unknown) {
    super('ERR_MQTT_LISTENER', what, { cause });
  }
}

/**
 * A hook of a plugin threw, rejected or returned something unusable. `cause` tells what, without anything that might be
 * secret; `originalCause(error.cause)` is what was thrown.
 */
export class PluginError extends MqttError {
  /** The name of the plugin. */
  readonly plugin: string;
  /** The hook that failed, such as `messageOut`. */
  readonly hook: string;

  constructor(plugin: string, hook: string, what: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    const cause = 'cause' in options ? { cause: hideSecrets(options.cause) } : {};
    super('ERR_MQTT_PLUGIN', `the ${hook} hook of plugin ${plugin} failed: ${what}`, { ...options, ...cause });
    this.plugin = plugin;
    this.hook = hook;
  }
}
