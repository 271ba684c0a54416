import { BlockList, isIP } from 'node:net';
import { env } from 'node:process';
import { InvalidOptionsError } from '../../errors/connection-errors.js';
import { parseProxyUrl, type Proxy } from '../../options/check-network.js';
import { OptionChecker } from '../../options/option-checker.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that the environment names for a host: `mqtt_proxy`, or else `all_proxy`, unless `no_proxy` excepts the host. */
export function proxyFromEnvironment(host: string, port: number, environment: Environment = env): Proxy | undefined {
  const name = ['mqtt_proxy', 'all_proxy'].find((each) => value(environment, each) !== undefined);
  if (name === undefined || isExcepted(host, port, value(environment, 'no_proxy') ?? '')) return undefined;
  const text = value(environment, name)!;
  const check = new OptionChecker();
  // As everywhere, what has no scheme is an HTTP proxy.
  const proxy = parseProxyUrl(`environment variable ${name}`, text.includes('://') ? text : `http://${text}`, check);
  if (proxy === undefined) throw new InvalidOptionsError(check.problems);
  return proxy;
}

/** Lower case wins, as with other programs. */
function value(environment: Environment, name: string): string | undefined {
  const found = environment[name] ?? environment[name.toUpperCase()];
  return found === undefined || found.trim() === '' ? undefined : found.trim();
}

/** Whether a host is among the exceptions: names with all below them, addresses, networks, each perhaps with a port; or `*`. */
function isExcepted(host: string, port: number, exceptions: string): boolean {
  return exceptions.split(/[\s,]+/).some((entry) => entry !== '' && matches(host, port, entry.toLowerCase()));
}

function matches(host: string, port: number, entry: string): boolean {
  if (entry === '*') return true;
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  const named = entry.includes('::') || entry.split(':').length > 2 ? null : /^([^:]+)(?::(\d+))?$/.exec(entry);
  const [, name = entry, itsPort] = bracketed ?? named ?? [];
  if (itsPort !== undefined && Number(itsPort) !== port) return false;
  if (isIP(host) !== 0) return name.includes('/') ? inNetwork(host, name) : name === host;
  const suffix = name.replace(/^\*?\./, '');
  return host === suffix || host.endsWith(`.${suffix}`);
}

function inNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  const prefix = Number(bits);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits) || prefix > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
