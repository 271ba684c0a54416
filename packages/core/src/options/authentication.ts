import type { Endpoint } from './endpoint.js';

/**
 * Enhanced authentication (MQTT 5): who we are is shown in an exchange of several steps, such as SCRAM or Kerberos, instead of
 * by a password. [MQTT 5, 4.12]
 */
export interface Authentication {
  /** The name of the method, which the server must know: `SCRAM-SHA-256`. */
  readonly method: string;
  /** Begins an exchange: one for each attempt to connect, and one for each re-authentication. */
  start(context: AuthenticationContext): AuthenticationExchange | PromiseLike<AuthenticationExchange>;
}

/** What an exchange is for. */
export interface AuthenticationContext {
  /** The number of the attempt since the last stable connection, from 1. */
  readonly attempt: number;
  /** With whom. */
  readonly endpoint: Endpoint;
  /** Whether it is to renew the authentication of a connection that is there. */
  readonly renewal: boolean;
  /** Aborted when nobody needs the exchange any more. */
  readonly signal: AbortSignal;
}

/** One exchange. Whatever a step throws ends the connection with an AuthenticationError. */
export interface AuthenticationExchange {
  /** What the first packet carries. Absent for nothing. */
  readonly initialData?: Uint8Array;
  /** Answers what the server sent; `undefined` answers without data. */
  continue(data: Uint8Array | undefined): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>;
  /** Looks at what came with the server's success. Throws when the server has not proved who it is. */
  finish?(data: Uint8Array | undefined): void | PromiseLike<void>;
}
