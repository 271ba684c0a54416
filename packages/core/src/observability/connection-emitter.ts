import type { Connection, ConnectionEvents, DropEvent } from '../connection/connection.js';
import { Emitter } from '../internal/emitter.js';
import { diagnosticsChannel } from './diagnostics.js';

/** How often things have happened since a connection was created. */
export class EventCounts {
  attempts = 0;
  connects = 0;
  failedAttempts = 0;
  losses = 0;
  warnings = 0;
  readonly drops: Record<DropEvent['direction'], Partial<Record<DropEvent['reason'], number>>> = { in: {}, out: {} };

  count<Name extends keyof ConnectionEvents>(name: Name, event: ConnectionEvents[Name]): void {
    if (name === 'state') {
      const { type } = event as ConnectionEvents['state'];
      if (type === 'connecting') this.attempts++;
      else if (type === 'connected') this.connects++;
    } else if (name === 'drop') {
      const { direction, reason } = event as DropEvent;
      this.drops[direction][reason] = (this.drops[direction][reason] ?? 0) + 1;
    } else if (name === 'attemptFailed') this.failedAttempts++;
    else if (name === 'lost') this.losses++;
    else if (name === 'warning') this.warnings++;
  }
}

/** Tells the events of a connection to its listeners and, where somebody listens, to Node's diagnostics channels; and counts them. */
export class ConnectionEmitter extends Emitter<ConnectionEvents> {
  readonly counts = new EventCounts();
  readonly #connection: Connection;
  #onWanted: ((name: keyof ConnectionEvents) => void) | undefined;

  constructor(connection: Connection, onListenerError: (error: unknown, name: keyof ConnectionEvents) => void) {
    super(onListenerError);
    this.#connection = connection;
  }

  /** Whether anybody wants to hear of an event, here or on Node's channel. */
  wants(name: keyof ConnectionEvents): boolean {
    return this.has(name) || diagnosticsChannel(name)?.hasSubscribers === true;
  }

  /** Calls back when somebody begins to listen for an event. */
  whenWanted(callback: (name: keyof ConnectionEvents) => void): void {
    this.#onWanted = callback;
  }

  override on<Name extends keyof ConnectionEvents>(
    name: Name,
    listener: (event: ConnectionEvents[Name]) => void,
  ): () => void {
    const off = super.on(name, listener);
    this.#onWanted?.(name);
    return off;
  }

  override emit<Name extends keyof ConnectionEvents>(name: Name, event: ConnectionEvents[Name]): void {
    this.counts.count(name, event);
    const channel = diagnosticsChannel(name);
    if (channel?.hasSubscribers === true) channel.publish({ connection: this.#connection, event });
    super.emit(name, event);
  }
}
