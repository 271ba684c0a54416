/** A name and a value; both may repeat, and order is kept. */
export type UserProperty = readonly [name: string, value: string];

/** The MQTT 5 properties of a message. On MQTT 3.x they are not sent. */
export interface PublishProperties {
  /** The payload is UTF-8 text (1) or unspecified bytes (0). */
  readonly payloadFormatIndicator?: 0 | 1;
  /** Seconds after which the server need not deliver the message any more. Time spent in the outbox is subtracted. */
  readonly messageExpiryInterval?: number;
  /** Where a response is wanted: a topic name, without wildcards. */
  readonly responseTopic?: string;
  /** Bytes that the responder repeats. */
  readonly correlationData?: Uint8Array;
  /** Pairs with a meaning between sender and receiver. */
  readonly userProperties?: readonly UserProperty[];
  /** The type of the payload, usually a MIME type. */
  readonly contentType?: string;
  /** Received only: the identifiers of the subscriptions that matched. */
  readonly subscriptionIdentifiers?: readonly number[];
}
