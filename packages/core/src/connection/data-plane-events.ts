import type { MqttError } from '../errors/mqtt-error.js';
import type { Publication } from '../outbound/publish-options.js';
import type { DropEvent } from './connection.js';

/** What the data plane tells the connection. */
export interface DataPlaneEvents {
  drop(event: DropEvent): void;
  isTellingDrop(): boolean;
  restored(publications: readonly Publication[]): void;
  warn(error: unknown, what: string): void;
  congestion(congested: boolean): void;
  /** Nothing may be under way any more, in either direction; see `unfinished`. */
  idle(): void;
  /** Connect anew, so that the server sends again what is not acknowledged; `false` where it would not. */
  cycle(error: MqttError): boolean;
}
