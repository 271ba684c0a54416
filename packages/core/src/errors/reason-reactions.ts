/**
 * What a connection does about a reason code:
 * - `backOff`: tries again as the reconnect policy says.
 * - `freshCredentials`: with a credentials function, asks it again at once, but only once; after that it backs off. With given
 *   credentials it stops, since they would be refused again.
 * - `fallBack`: with `protocolVersion: 'auto'`, speaks MQTT 3.1.1 at once, and remembers that for this server. Otherwise it stops.
 * - `redirect`: goes to the other server where the `redirect` option allows it. Otherwise it stops.
 * - `stop`: the connection has failed for good, since the same would happen again until somebody changes something.
 */
export type ReasonReaction = 'backOff' | 'freshCredentials' | 'fallBack' | 'redirect' | 'stop';

/** What one reason code means in CONNACK and in a DISCONNECT of the server; `undefined` where it has no place. */
export interface ReasonRow {
  readonly reasonCode: number;
  /** The CONNACK return code of MQTT 3.x that says the same. */
  readonly returnCode?: number;
  readonly connack?: ReasonReaction;
  readonly disconnect?: ReasonReaction;
}

/**
 * Every reason code that can end a connection, or keep it from being made. [MQTT 5, 3.2.2.2 and 3.14.2.1; MQTT 3.1.1, 3.2.2.3]
 * `reconnect.shouldRetry` overrules whether to go on, and nothing else.
 */
export const REASON_REACTIONS: readonly ReasonRow[] = [
  // A normal end is no reason to stay away.
  { reasonCode: 0x00, disconnect: 'backOff' },
  { reasonCode: 0x80, connack: 'backOff', disconnect: 'backOff' },
  // A CONNECT that is malformed will be so again; what was wrong later need not be.
  { reasonCode: 0x81, connack: 'stop', disconnect: 'backOff' },
  { reasonCode: 0x82, connack: 'stop', disconnect: 'backOff' },
  { reasonCode: 0x83, connack: 'backOff', disconnect: 'backOff' },
  { reasonCode: 0x84, returnCode: 1, connack: 'fallBack' },
  { reasonCode: 0x85, returnCode: 2, connack: 'stop' },
  { reasonCode: 0x86, returnCode: 4, connack: 'freshCredentials' },
  { reasonCode: 0x87, returnCode: 5, connack: 'freshCredentials', disconnect: 'freshCredentials' },
  { reasonCode: 0x88, returnCode: 3, connack: 'backOff' },
  { reasonCode: 0x89, connack: 'backOff', disconnect: 'backOff' },
  { reasonCode: 0x8a, connack: 'stop' },
  { reasonCode: 0x8b, disconnect: 'backOff' },
  { reasonCode: 0x8c, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x8d, disconnect: 'backOff' },
  // Whoever took the session over would lose it again to us, and we to them.
  { reasonCode: 0x8e, disconnect: 'stop' },
  { reasonCode: 0x8f, disconnect: 'stop' },
  { reasonCode: 0x90, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x93, disconnect: 'backOff' },
  // Aliases end with the connection, whoever got them wrong.
  { reasonCode: 0x94, disconnect: 'backOff' },
  { reasonCode: 0x95, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x96, disconnect: 'backOff' },
  { reasonCode: 0x97, connack: 'backOff', disconnect: 'backOff' },
  { reasonCode: 0x98, disconnect: 'backOff' },
  { reasonCode: 0x99, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x9a, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x9b, connack: 'stop', disconnect: 'stop' },
  { reasonCode: 0x9c, connack: 'redirect', disconnect: 'redirect' },
  { reasonCode: 0x9d, connack: 'redirect', disconnect: 'redirect' },
  { reasonCode: 0x9e, disconnect: 'stop' },
  { reasonCode: 0x9f, connack: 'backOff', disconnect: 'backOff' },
  { reasonCode: 0xa0, disconnect: 'backOff' },
  { reasonCode: 0xa1, disconnect: 'stop' },
  { reasonCode: 0xa2, disconnect: 'stop' },
];

const ROWS: ReadonlyMap<number, ReasonRow> = new Map(REASON_REACTIONS.map((row) => [row.reasonCode, row]));

/** What to do about a reason code; one that has no place in this packet is taken for what it means in the other. */
export function reactionTo(packet: 'connack' | 'disconnect', reasonCode: number): ReasonReaction {
  const row = ROWS.get(reasonCode);
  // What later versions may say is no reason to give up for ever.
  return row?.[packet] ?? row?.connack ?? row?.disconnect ?? 'backOff';
}
