import type { ConnectionEnd } from '../connection/connection.js';
import { PluginError } from '../errors/callback-errors.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { Plugin, PluginContext, PluginHooks } from './plugin.js';

/** A plugin at work on one connection. */
export interface ActivePlugin {
  readonly name: string;
  readonly hooks: PluginHooks;
  /** Whether what it was called for fails when it fails. */
  readonly refuses: boolean;
}

/** A plugin that has a certain hook. */
export type WithHook<Name extends keyof PluginHooks> = ActivePlugin & {
  readonly hooks: Required<Pick<PluginHooks, Name>>;
};

/** Is told what went wrong with a plugin. */
export type ReportPlugin = (error: PluginError) => void;

/**
 * Sets plugins up for a connection. One that fails is reported and left out, unless the connection must not go on without it.
 * @throws PluginError of a plugin with `onError: 'refuse'`.
 */
export function activatePlugins(
  plugins: readonly Plugin[],
  context: (name: string) => PluginContext,
  report: ReportPlugin,
): readonly ActivePlugin[] {
  const active: ActivePlugin[] = [];
  for (const plugin of plugins) {
    const refuses = plugin.onError === 'refuse';
    try {
      const hooks = plugin.setup(context(plugin.name)) as PluginHooks | undefined;
      if (isPromiseLike(hooks)) hooks.then(undefined, () => undefined);
      if (typeof hooks !== 'object' || (hooks as unknown) === null || isPromiseLike(hooks)) {
        throw new TypeError('setup must return an object with hooks, and at once');
      }
      active.push({ name: plugin.name, hooks, refuses });
    } catch (cause) {
      const error = new PluginError(plugin.name, 'setup', 'see cause', { cause });
      if (refuses) {
        closePlugins(active, { type: 'failed', by: 'client', cause: error }, report);
        throw error;
      }
      report(error);
    }
  }
  return active;
}

/** Tells plugins that it is over, in the reverse order. */
export function closePlugins(plugins: readonly ActivePlugin[], end: ConnectionEnd, report: ReportPlugin): void {
  for (const plugin of [...withHook(plugins, 'close')].reverse())
    callHook(plugin, 'close', report, () => plugin.hooks.close(end));
}

/** The plugins that have a hook, in their order. */
export function withHook<Name extends keyof PluginHooks>(
  plugins: readonly ActivePlugin[],
  name: Name,
): readonly WithHook<Name>[] {
  return plugins.filter((plugin): plugin is WithHook<Name> => typeof plugin.hooks[name] === 'function');
}

/** Calls a hook that only looks; whatever it throws or rejects with is reported. */
export function callHook(
  plugin: ActivePlugin,
  hook: keyof PluginHooks,
  report: ReportPlugin,
  call: () => unknown,
): void {
  const failed = (cause: unknown): void => {
    report(new PluginError(plugin.name, hook, 'see cause', { cause }));
  };
  try {
    const result = call();
    if (isPromiseLike(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}

/** What is wrong with plugins, or `undefined`. */
export function pluginFault(plugin: unknown): string | undefined {
  const { name, setup, onError } = (typeof plugin === 'object' && plugin !== null ? plugin : {}) as Partial<
    Record<keyof Plugin, unknown>
  >;
  if (typeof name !== 'string' || typeof setup !== 'function')
    return 'must be an object with a name and a function setup';
  return onError === undefined || onError === 'bypass' || onError === 'refuse'
    ? undefined
    : "must have no onError but 'bypass' or 'refuse'";
}
