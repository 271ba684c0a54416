import { isPromiseLike } from '../internal/is-promise-like.js';

/** What belongs to a log line besides its message: plain values, none of them secret, with foreign text escaped. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** How much a log line matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Where log lines go: `console`, a pino logger, or anything else with these four methods. Each is called with a constant
 * message and an object of fields; a pino logger (known by its `bindings`) gets the fields first, as it wants them.
 */
export interface LoggerMethods {
  /** What every step does: attempts, packets. */
  debug(...line: never[]): unknown;
  /** What a person would ask for: connected, closed. */
  info(...line: never[]): unknown;
  /** What went wrong and is dealt with: a lost connection, a dropped message. */
  warn(...line: never[]): unknown;
  /** What ends the connection for good. */
  error(...line: never[]): unknown;
}

/** A function that prints, such as `debug('rxmqtt')`: called with level and message in one text, and the fields. */
export interface LogFunction {
  (...line: never[]): unknown;
  /** `debug` says here whether anybody reads; lines are not even made when nobody does. */
  readonly enabled?: boolean;
}

/** Where log lines go; see {@link LoggerMethods} and {@link LogFunction}. */
export type Logger = LoggerMethods | LogFunction;

/** Writes one line. */
export type Log = (level: LogLevel, message: string, fields: LogFields) => void;

/** One way to log, whatever the logger. */
export function toLog(logger: Logger): Log {
  if (typeof logger === 'function') {
    const print = logger as ((...line: unknown[]) => unknown) & Pick<LogFunction, 'enabled'>;
    return (level, message, fields) => {
      if (print.enabled !== false) written(print(`${level} ${message}`, fields));
    };
  }
  const methods = logger as unknown as Record<LogLevel, (...line: unknown[]) => unknown>;
  const fieldsFirst = typeof (logger as { bindings?: unknown }).bindings === 'function';
  return (level, message, fields) => {
    // As methods: pino needs its `this`.
    written(fieldsFirst ? methods[level](fields, message) : methods[level](message, fields));
  };
}

/** Nobody waits for a line; that one could not be written is not worth a process. */
function written(line: unknown): void {
  if (isPromiseLike(line)) line.then(undefined, () => undefined);
}

/** What is wrong with a logger, or `undefined`. */
export function loggerFault(logger: unknown): string | undefined {
  if (typeof logger === 'function') return undefined;
  const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const methods = logger as Partial<Record<LogLevel, unknown>> | null;
  const fits =
    typeof methods === 'object' && methods !== null && levels.every((level) => typeof methods[level] === 'function');
  return fits
    ? undefined
    : 'must be a function, or an object with the functions debug, info, warn and error, such as console';
}
