import type { EndpointProtocol } from './endpoint.js';

/** A server: a URL, its parts, or a domain that lists its servers (see {@link srv}). */
export type ServerOption = string | ServerParts | SrvLookup;

/** A server in parts, where a URL would be unhandy. Needs `host` or `socketPath`. */
export interface ServerParts {
  /** Defaults to `'mqtt'`. */
  readonly protocol?: EndpointProtocol;
  /** A name or an address; IPv6 without brackets. */
  readonly host?: string;
  /** Defaults to 1883 for `mqtt`, 8883 for `mqtts`, 80 for `ws` and 443 for `wss`. */
  readonly port?: number;
  /** The path of the WebSocket, with its query. Defaults to `webSocket.path`, and that to `/mqtt`. */
  readonly path?: string;
  /** The Unix socket to use instead of host and port. Node only. */
  readonly socketPath?: string;
}

/** How servers are looked up. Made by {@link srv}. */
export interface SrvLookup {
  readonly type: 'srv';
  /** The domain that lists its servers. */
  readonly domain: string;
  /** How the servers are spoken to. */
  readonly protocol: EndpointProtocol;
  /** The service looked up under the domain. */
  readonly service: string;
  /** Whether a server outside of the domain may prove itself by its own name. */
  readonly trustTargets: boolean;
  /** Who answers, instead of the system. */
  readonly resolve: SrvResolver | undefined;
}

/** How {@link srv} looks up servers. */
export interface SrvOptions {
  /** How the servers are spoken to. Defaults to `'mqtts'`. */
  readonly protocol?: EndpointProtocol;
  /**
   * The service looked up under the domain. Defaults to `_mqtt._tcp` for `mqtt`, `_secure-mqtt._tcp` for `mqtts`, and
   * `_mqtt-ws._tcp` and `_secure-mqtt-ws._tcp` for WebSocket.
   */
  readonly service?: string;
  /**
   * DNS can be forged. So a server outside of the domain must show a certificate for the domain, unless this is `true`: then
   * its own name is enough. Defaults to `false`.
   */
  readonly trustTargets?: boolean;
  /** Who answers. Defaults to the system's resolver; browsers have none and need one here. */
  readonly resolve?: SrvResolver;
}

/** Looks up the SRV records of a name such as `_secure-mqtt._tcp.example.org`. */
export type SrvResolver = (
  name: string,
  context: { readonly signal: AbortSignal },
) => readonly SrvRecord[] | PromiseLike<readonly SrvRecord[]>;

/** One SRV record, as `dns.resolveSrv` of Node gives it. [RFC 2782] */
export interface SrvRecord {
  /** The host. */
  readonly name: string;
  readonly port: number;
  /** Lower is tried first. */
  readonly priority: number;
  /** Among equals of priority, the share of this one. */
  readonly weight: number;
}

/** What is done when a server says that another one is to be used (MQTT 5, 0x9C and 0x9D with a Server Reference). */
export type RedirectPolicy = 'ignore' | 'follow' | 'followWithCredentials';
