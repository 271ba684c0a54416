import { type Log, loggerFault, toLog } from '../observability/logger.js';
import { pluginFault } from '../plugins/active-plugins.js';
import type { Plugin } from '../plugins/plugin.js';
import type { ConnectionOptions } from './connection-options.js';
import type { OptionChecker } from './option-checker.js';

/** Who looks on, checked and all set. */
export interface ResolvedObservers {
  /** `undefined` when nobody reads. */
  readonly log: Log | undefined;
  readonly plugins: readonly Plugin[];
}

/** Checks the options `logger` and `plugins`. */
export function resolveObservers(
  { logger, plugins = [] }: Pick<ConnectionOptions, 'logger' | 'plugins'>,
  check: OptionChecker,
): ResolvedObservers {
  const fault = logger === undefined ? undefined : loggerFault(logger);
  if (fault !== undefined) check.problem('logger', fault);
  if (!Array.isArray(plugins)) {
    check.problem('plugins', 'must be a list');
    return { log: undefined, plugins: [] };
  }
  for (const [index, plugin] of (plugins as readonly unknown[]).entries()) {
    const reason = pluginFault(plugin);
    if (reason !== undefined) check.problem(`plugins[${String(index)}]`, reason);
  }
  return {
    log: logger === undefined || fault !== undefined ? undefined : toLog(logger),
    plugins: [...(plugins as readonly Plugin[])],
  };
}
