import { escapeText } from '../errors/quote-text.js';
import { type LogFields, type Logger, type LogLevel, toLog } from '../observability/logger.js';
import type { PacketInfo } from './packet-info.js';
import type { Plugin } from './plugin.js';

/** Options of {@link packetLogger} and {@link eventLogger}. */
export interface LoggerPluginOptions {
  /** Where lines go. Defaults to the connection's `logger`, and to `console` where it has none. */
  readonly logger?: Logger;
}

/** Options of {@link packetLogger}. */
export interface PacketLoggerOptions extends LoggerPluginOptions {
  /** The level of the lines. Defaults to `'debug'`. */
  readonly level?: LogLevel;
}

/**
 * A plugin that writes one line for each packet sent and received: what it is about, without payload, properties and secrets.
 *
 * @example
 * ```ts
 * const connection = createConnection('mqtt://localhost', { plugins: [packetLogger()] });
 * ```
 */
export function packetLogger({ logger, level = 'debug' }: PacketLoggerOptions = {}): Plugin {
  return {
    name: 'packetLogger',
    setup(context) {
      const log = (logger === undefined ? context.log : toLog(logger)) ?? toLog(globalThis.console);
      return {
        packet(packet) {
          log(level, packet.direction === 'out' ? 'packet sent' : 'packet received', packetFields(packet));
        },
      };
    },
  };
}

function packetFields({ direction: _, topic, clientId, filters, reasonCodes, ...plain }: PacketInfo): LogFields {
  return {
    ...plain,
    ...(topic === undefined ? {} : { topic: escapeText(topic) }),
    ...(clientId === undefined ? {} : { clientId: escapeText(clientId) }),
    ...(filters === undefined ? {} : { filters: escapeText(filters.join(' ')) }),
    ...(reasonCodes === undefined ? {} : { reasonCodes: reasonCodes.join(' ') }),
  };
}
