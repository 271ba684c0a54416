/** How bytes travel: MQTT on TCP, on TLS, on WebSocket, and on WebSocket over TLS. */
export type EndpointProtocol = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** Where a server is. Holds no secrets, so that it can stand in errors. */
export interface Endpoint {
  readonly protocol: EndpointProtocol;
  /** A name or an address; of a Unix socket `localhost`. */
  readonly host: string;
  /** Of a Unix socket 0. */
  readonly port: number;
  /** For WebSocket, with its query. */
  readonly path: string;
  /** The Unix socket to use instead of host and port. */
  readonly socketPath?: string;
  /** The name that its certificate must bear, where that is not the host. */
  readonly serverName?: string;
  /** For people: `mqtt://host:port`, without path and query. */
  readonly label: string;
}

/** Whether MQTT is spoken over WebSocket there. */
export function isWebSocket({ protocol }: Pick<Endpoint, 'protocol'>): boolean {
  return protocol === 'ws' || protocol === 'wss';
}

/** Whether nobody in between can read or change what is said there. */
export function isSecure({ protocol }: Pick<Endpoint, 'protocol'>): boolean {
  return protocol === 'mqtts' || protocol === 'wss';
}

/** What stands in errors, for a host or a Unix socket. */
export function labelOf(endpoint: Pick<Endpoint, 'protocol' | 'host' | 'port' | 'socketPath'>): string {
  const { protocol, host, port, socketPath } = endpoint;
  if (socketPath !== undefined) return `${protocol}+unix:${socketPath}`;
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
