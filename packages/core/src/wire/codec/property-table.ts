/** Every property of a packet by name; what a packet may carry is checked by the decoder. */
export interface Properties {
  payloadFormatIndicator?: 0 | 1;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Uint8Array;
  subscriptionIdentifiers?: number[];
  sessionExpiryInterval?: number;
  assignedClientIdentifier?: string;
  serverKeepAlive?: number;
  authenticationMethod?: string;
  authenticationData?: Uint8Array;
  responseInformation?: string;
  serverReference?: string;
  reasonString?: string;
  receiveMaximum?: number;
  topicAliasMaximum?: number;
  topicAlias?: number;
  maximumQoS?: number;
  retainAvailable?: number;
  userProperties?: (readonly [string, string])[];
  maximumPacketSize?: number;
  wildcardSubscriptionAvailable?: number;
  subscriptionIdentifiersAvailable?: number;
  sharedSubscriptionAvailable?: number;
}

/** How a property is written. `flag` is a byte of 0 or 1. */
export type PropertyKind = 'flag' | 'uint16' | 'uint32' | 'variable' | 'text' | 'binary' | 'pair';

/** One row of table 2-4 of the MQTT 5 specification. */
export interface PropertyRow {
  readonly name: keyof Properties;
  readonly kind: PropertyKind;
  /** Zero is a protocol error. */
  readonly positive?: true;
}

/** Properties that a server sends to a client, by identifier. */
export const PROPERTY_TABLE: ReadonlyMap<number, PropertyRow> = new Map<number, PropertyRow>([
  [0x01, { name: 'payloadFormatIndicator', kind: 'flag' }],
  [0x02, { name: 'messageExpiryInterval', kind: 'uint32' }],
  [0x03, { name: 'contentType', kind: 'text' }],
  [0x08, { name: 'responseTopic', kind: 'text' }],
  [0x09, { name: 'correlationData', kind: 'binary' }],
  [0x0b, { name: 'subscriptionIdentifiers', kind: 'variable', positive: true }],
  [0x11, { name: 'sessionExpiryInterval', kind: 'uint32' }],
  [0x12, { name: 'assignedClientIdentifier', kind: 'text' }],
  [0x13, { name: 'serverKeepAlive', kind: 'uint16' }],
  [0x15, { name: 'authenticationMethod', kind: 'text' }],
  [0x16, { name: 'authenticationData', kind: 'binary' }],
  [0x1a, { name: 'responseInformation', kind: 'text' }],
  [0x1c, { name: 'serverReference', kind: 'text' }],
  [0x1f, { name: 'reasonString', kind: 'text' }],
  [0x21, { name: 'receiveMaximum', kind: 'uint16', positive: true }],
  [0x22, { name: 'topicAliasMaximum', kind: 'uint16' }],
  [0x23, { name: 'topicAlias', kind: 'uint16' }],
  [0x24, { name: 'maximumQoS', kind: 'flag' }],
  [0x25, { name: 'retainAvailable', kind: 'flag' }],
  [0x26, { name: 'userProperties', kind: 'pair' }],
  [0x27, { name: 'maximumPacketSize', kind: 'uint32', positive: true }],
  [0x28, { name: 'wildcardSubscriptionAvailable', kind: 'flag' }],
  [0x29, { name: 'subscriptionIdentifiersAvailable', kind: 'flag' }],
  [0x2a, { name: 'sharedSubscriptionAvailable', kind: 'flag' }],
]);

/** The properties that each packet may carry. [MQTT-2.2.2] */
export const ALLOWED_PROPERTIES = {
  connack: new Set([
    0x11, 0x12, 0x13, 0x15, 0x16, 0x1a, 0x1c, 0x1f, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a,
  ]),
  publish: new Set([0x01, 0x02, 0x03, 0x08, 0x09, 0x0b, 0x23, 0x26]),
  ack: new Set([0x1f, 0x26]),
  disconnect: new Set([0x1c, 0x1f, 0x26]),
  auth: new Set([0x15, 0x16, 0x1f, 0x26]),
} as const satisfies Record<string, ReadonlySet<number>>;

/** A kind of packet, as far as its properties go. */
export type PropertyOwner = keyof typeof ALLOWED_PROPERTIES;
