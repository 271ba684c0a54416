import { NetworkError, ProviderError } from '../errors/connection-errors.js';
import type { Random } from '../internal/random.js';
import { asciiHost } from '../options/broker-url.js';
import { type Endpoint, isWebSocket, labelOf } from '../options/endpoint.js';
import type { SrvLookup, SrvRecord, SrvResolver } from '../options/server-options.js';
import { orderSrv } from './order-srv.js';
import { resolveSrv } from './resolve-srv.js';

/** The servers of a domain, in the order to try them. Rejects with a typed error when there are none. */
export async function lookUpSrv(
  lookup: SrvLookup,
  webPath: string,
  random: Random,
  signal: AbortSignal,
): Promise<readonly Endpoint[]> {
  const name = `${lookup.service}.${lookup.domain}`;
  const records = await ask(lookup.resolve, name, signal);
  // A single record with the root as its target says that there is no such service. [RFC 2782]
  const endpoints = orderSrv(records.filter(isUsable), random)
    .map((record) => endpointOf(record, lookup, webPath))
    .filter((endpoint) => endpoint !== undefined);
  if (endpoints.length === 0) throw new NetworkError(name, 'DNS lists no server');
  return endpoints;
}

async function ask(resolve: SrvResolver | undefined, name: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
  if (resolve !== undefined) {
    try {
      return await resolve(name, { signal });
    } catch (cause) {
      throw new ProviderError('srv.resolve', cause);
    }
  }
  try {
    return await resolveSrv(name, { signal });
  } catch (cause) {
    throw new NetworkError(name, 'the servers could not be looked up', { cause });
  }
}

/** What comes from the network, or from a user's function, is not believed. */
function isUsable(record: SrvRecord | null | undefined): record is SrvRecord {
  if (typeof record !== 'object' || record === null) return false;
  const { name, port, priority, weight } = record;
  const numbers = [port, priority, weight].every((each) => Number.isInteger(each) && each >= 0 && each <= 0xffff);
  return numbers && port > 0 && typeof name === 'string' && name !== '' && name !== '.';
}

function endpointOf(
  { name, port }: SrvRecord,
  { domain, protocol, trustTargets }: SrvLookup,
  webPath: string,
): Endpoint | undefined {
  const host = asciiHost(name.endsWith('.') ? name.slice(0, -1) : name);
  if (host === undefined || host === '') return undefined;
  const root = asciiHost(domain) ?? domain;
  // Whoever forges DNS can show a certificate for a name of his own, but not for one of the domain.
  const own = trustTargets || host === root || host.endsWith(`.${root}`);
  const path = isWebSocket({ protocol }) ? webPath : '';
  const endpoint = { protocol, host, port, path, label: labelOf({ protocol, host, port }) };
  return own ? endpoint : { ...endpoint, serverName: root };
}
