/** How bytes travel. */
export type EndpointProtocol = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** Where a server is. Holds no secrets, so that it can stand in errors. */
export interface Endpoint {
  readonly protocol: EndpointProtocol;
  readonly host: string;
  readonly port: number;
  /** For WebSocket, with its query. */
  readonly path: string;
  /** For people: `mqtt://host:port`, without path and query. */
  readonly label: string;
}
