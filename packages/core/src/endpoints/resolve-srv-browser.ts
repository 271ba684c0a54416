import { UnsupportedError } from '../errors/connection-errors.js';
import type { SrvResolver } from '../options/server-options.js';

/** Takes the place of `resolve-srv.ts` in bundles for browsers, where pages cannot ask DNS. */
export const resolveSrv: SrvResolver = () => {
  throw new UnsupportedError('pages cannot look up SRV records; give srv() a function `resolve` that can');
};
