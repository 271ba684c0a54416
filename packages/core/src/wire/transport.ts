import type { ConnectRequest } from './wire.js';

/** A byte stream to a server. */
export interface Transport {
  /** Writes bytes, which nobody changes afterwards; the answer is whether more may follow at once. */
  write(bytes: Uint8Array): boolean;
  /** What was written and has not left yet. */
  readonly buffered: number;
  /** The same in bytes, or 0 where they cannot be counted. */
  readonly unsent: number;
  /** Stops `data`, where the platform can. */
  pause(): void;
  resume(): void;
  /** Closes behind what has been written. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What happens on a transport. */
export interface TransportHandlers {
  /** Bytes may be written from now on; they leave when the other side is there. Once, and first. */
  opened(): void;
  data(chunk: Uint8Array): void;
  /** `write` had said no, and may be called again. */
  drain(): void;
  /** It is gone, exactly once; `cause` is what broke it, or `undefined` when the other side hung up. */
  closed(cause: unknown): void;
}

/** Makes a transport and starts connecting it. Never throws: failures arrive at `handlers.closed`. */
export type TransportFactory = (request: ConnectRequest, handlers: TransportHandlers) => Transport;
