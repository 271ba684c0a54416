import type { Credentials } from './connection-options.js';
import type { Endpoint } from './endpoint.js';
import type { SrvLookup } from './server-options.js';

/** A server that was named by the user, and who we are there, if its URL says so. */
export interface Server {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials | undefined;
}

/** One server, or several that are yet to be looked up. */
export type ServerSource = Server | SrvLookup;

/** Whether it is to be looked up. */
export function isSrvLookup(source: object): source is SrvLookup {
  return 'type' in source && source.type === 'srv';
}
