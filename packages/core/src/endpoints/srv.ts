import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { EndpointProtocol } from '../options/endpoint.js';
import { OptionChecker } from '../options/option-checker.js';
import type { SrvLookup, SrvOptions } from '../options/server-options.js';

const SERVICES: Readonly<Record<EndpointProtocol, string>> = {
  mqtt: '_mqtt._tcp',
  mqtts: '_secure-mqtt._tcp',
  ws: '_mqtt-ws._tcp',
  wss: '_secure-mqtt-ws._tcp',
};

/**
 * The servers that a domain lists in DNS (SRV records, RFC 2782): looked up anew for each round of attempts, tried in order of
 * priority, and among equals at random by weight. It stands where a URL can stand: as the first argument of
 * {@link createConnection}, or in `endpoints`.
 *
 * @throws InvalidOptionsError, at once and with all problems.
 *
 * @example
 * ```ts
 * const connection = createConnection(srv('example.org'));
 * ```
 */
export function srv(domain: string, options: SrvOptions = {}): SrvLookup {
  const check = new OptionChecker();
  const given = check.part('srv', options, ['protocol', 'service', 'trustTargets', 'resolve']) ?? {};
  const protocol = check.oneOf('srv.protocol', given.protocol, ['mqtts', 'mqtt', 'ws', 'wss'] as const);
  const trustTargets = check.boolean('srv.trustTargets', given.trustTargets, false);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return {
    type: 'srv',
    domain,
    protocol,
    service: given.service ?? SERVICES[protocol],
    trustTargets,
    resolve: given.resolve,
  };
}
