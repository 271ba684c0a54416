import { logEvents } from '../observability/log-events.js';
import { toLog } from '../observability/logger.js';
import type { LoggerPluginOptions } from './packet-logger.js';
import type { Plugin } from './plugin.js';

/**
 * A plugin that writes one line for everything that happens to a connection: attempts, states, losses, drops, warnings. The
 * option `logger` of a connection does the same; this is for a second place, or for `console` without further ado.
 *
 * @example
 * ```ts
 * const connection = createConnection('mqtt://localhost', { plugins: [eventLogger()] });
 * ```
 */
export function eventLogger({ logger }: LoggerPluginOptions = {}): Plugin {
  return {
    name: 'eventLogger',
    setup({ on, log }) {
      logEvents({ on }, (logger === undefined ? log : toLog(logger)) ?? toLog(globalThis.console));
      return {};
    },
  };
}
