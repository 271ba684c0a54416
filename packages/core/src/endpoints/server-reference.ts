import { parseBrokerUrl } from '../options/broker-url.js';
import { checkHost } from '../options/check-servers.js';
import { type Endpoint, isSecure, isWebSocket, labelOf } from '../options/endpoint.js';
import { OptionChecker } from '../options/option-checker.js';

const MAX_REFERENCES = 16;

/** What a server said about where to go instead. */
export interface ServerReference {
  readonly endpoints: readonly Endpoint[];
  /** Why some of it is not followed. */
  readonly refused: readonly string[];
}

/**
 * Reads a Server Reference: names with an optional port, separated by spaces [MQTT 5, 4.11]; some servers send URLs. Without a
 * scheme or a port they are as they were. Nothing leads from TLS to plain text, and credentials in it are not ours to use.
 * @param needsTls whether the user has named a host with TLS only.
 */
export function readServerReference(
  text: string,
  from: Endpoint,
  needsTls: (host: string) => boolean = () => false,
): ServerReference {
  const endpoints: Endpoint[] = [];
  const refused = new Set<string>();
  for (const each of text
    .split(' ')
    .filter((part) => part !== '')
    .slice(0, MAX_REFERENCES)) {
    const endpoint = each.includes('://') ? fromUrl(each, from) : fromName(each, from);
    if (endpoint === undefined) refused.add('it is neither a host nor a URL of a server');
    else if (!isSecure(endpoint) && (isSecure(from) || needsTls(endpoint.host)))
      refused.add('it leads from TLS to plain text');
    else endpoints.push(endpoint);
  }
  return { endpoints, refused: [...refused] };
}

function fromUrl(url: string, from: Endpoint): Endpoint | undefined {
  const endpoint = parseBrokerUrl('', url, isWebSocket(from) ? from.path : '/mqtt', new OptionChecker())?.endpoint;
  return endpoint?.socketPath === undefined ? endpoint : undefined;
}

function fromName(name: string, from: Endpoint): Endpoint | undefined {
  const port = /^(?:[^:]+|\[[^\]]+\]):(\d{1,5})$/.exec(name)?.[1];
  const check = new OptionChecker();
  const host = checkHost('', port === undefined ? name : name.slice(0, -port.length - 1), check);
  const number = port === undefined ? from.port : Number(port);
  if (check.problems.length > 0 || number < 1 || number > 0xffff) return undefined;
  const { protocol, path } = from;
  return { protocol, host, port: number, path, label: labelOf({ protocol, host, port: number }) };
}
