import type { SrvResolver } from '../options/server-options.js';

/** Asks the system's name servers. */
export const resolveSrv: SrvResolver = async (name, { signal }) => {
  const { Resolver } = await import('node:dns/promises');
  signal.throwIfAborted();
  const resolver = new Resolver();
  const cancel = (): void => {
    resolver.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await resolver.resolveSrv(name);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
