import type { OptionProblem } from '../errors/connection-errors.js';
import type { Credentials } from './connection-options.js';
import type { Endpoint, EndpointProtocol } from './endpoint.js';

const SCHEMES: ReadonlyMap<string, EndpointProtocol> = new Map([
  ['mqtt:', 'mqtt'],
  ['tcp:', 'mqtt'],
  ['mqtts:', 'mqtts'],
  ['ssl:', 'mqtts'],
  ['tls:', 'mqtts'],
  ['ws:', 'ws'],
  ['wss:', 'wss'],
]);

const DEFAULT_PORTS: Readonly<Record<EndpointProtocol, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/** What a URL says: where the server is, and perhaps who we are. */
export interface BrokerUrl {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials | undefined;
}

/** Reads a broker's URL. Problems never repeat the URL, which may hold a password. */
export function parseBrokerUrl(url: unknown, problems: OptionProblem[]): BrokerUrl | undefined {
  const refuse = (reason: string): undefined => {
    problems.push({ path: 'url', reason });
    return undefined;
  };
  if (typeof url !== 'string') return refuse('must be text, such as mqtt://localhost:1883');
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return refuse('is not a URL; write scheme, host and port, such as mqtt://localhost:1883');
  }
  const protocol = SCHEMES.get(parsed.protocol);
  if (protocol === undefined) {
    // Without a scheme, what stands in its place may be a user name.
    return refuse('has an unknown scheme (known are mqtt, tcp, mqtts, ssl, tls, ws and wss)');
  }
  const hostname = asciiHost(parsed.hostname);
  if (hostname === undefined) return refuse('has no valid host');
  const host = hostname.replace('[', '').replace(']', '');
  if (host === '') return refuse('has no host');
  if (parsed.port === '0') return refuse('has port 0');
  const port = parsed.port === '' ? DEFAULT_PORTS[protocol] : Number(parsed.port);
  const web = protocol === 'ws' || protocol === 'wss';
  if (!web && parsed.pathname !== '' && parsed.pathname !== '/') {
    return refuse('has a path, which only ws and wss can use');
  }
  const path = parsed.pathname === '' || parsed.pathname === '/' ? '/mqtt' : parsed.pathname;
  const label = `${protocol}://${hostname}:${String(port)}`;
  const credentials = parseCredentials(parsed);
  if (credentials === null) return refuse('has a user name or password that is not percent-encoded correctly');
  return { endpoint: { protocol, host, port, path: web ? path + parsed.search : '', label }, credentials };
}

/** Hosts of schemes that URL does not know stay as they are written; those that it knows it makes fit for DNS. */
function asciiHost(hostname: string): string | undefined {
  if (hostname === '') return hostname;
  try {
    return new URL(`http://${hostname}`).hostname;
  } catch {
    return undefined;
  }
}

function parseCredentials({ username, password }: URL): Credentials | undefined | null {
  if (username === '' && password === '') return undefined;
  try {
    return {
      username: decodeURIComponent(username),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    return null;
  }
}
