import type { ConnectionEnd, DrainReport } from './connection.js';

/** The end of a connection: decided first, and over when its transport is gone too. */
export class EndOfLife {
  readonly promise: Promise<ConnectionEnd>;
  /** What was under way then. */
  unfinished: DrainReport = { unsettled: 0, unacknowledged: 0 };
  #resolve!: (end: ConnectionEnd) => void;
  #value: ConnectionEnd | undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** How it ends, as soon as that is decided. */
  get value(): ConnectionEnd | undefined {
    return this.#value;
  }

  /** It is decided. */
  announce(end: ConnectionEnd): void {
    this.#value ??= end;
  }

  /** It is over. */
  settle(end: ConnectionEnd): void {
    this.announce(end);
    this.#resolve(end);
  }
}
