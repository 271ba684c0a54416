import { UnsupportedError } from '../errors/connection-errors.js';
import type { MqttMessage, QoS } from './mqtt-message.js';
import type { PublishProperties } from './publish-properties.js';

/** What a message is acknowledged through. */
export interface Acknowledger {
  /** Done, with this reason code; 0 is success. */
  settle(reasonCode: number): void;
  /** Whether that has happened. */
  readonly isSettled: boolean;
  /** Whether the protocol knows negative acknowledgements. */
  readonly canRefuse: boolean;
}

/** Decodes the properties of a message; called at most once, when somebody looks. */
export type PropertiesSource = (bytes: Uint8Array, start: number) => PublishProperties;

/** What PUBACK and PUBREC may say no with. [MQTT 5, 3.4.2.1] */
const REFUSALS: readonly number[] = [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];

const NO_PROPERTIES: PublishProperties = Object.freeze({});

/*
 * Keys of what is nobody's business but the message's own. Not #private fields: an operator that adds to a message makes a copy
 * of it, on which `properties` is to be read too. Nor names: they would show in JSON, and a function cannot be cloned.
 */
const ACKNOWLEDGER = /* @__PURE__ */ Symbol('acknowledger');
const PACKET = /* @__PURE__ */ Symbol('packet');
const START = /* @__PURE__ */ Symbol('start');
const SOURCE = /* @__PURE__ */ Symbol('source');
const DECODED = /* @__PURE__ */ Symbol('decoded');

/** A message as the wire hands it in. One object per message: everything that can wait is computed when somebody looks. */
export class InboundMessage implements MqttMessage {
  readonly topic: string;
  payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 for QoS 0. */
  readonly packetId: number;
  /** The first subscription identifier; 0 when there is none. */
  readonly subscriptionId: number;
  /** All identifiers, when there are several. */
  readonly subscriptionIds: readonly number[] | undefined;
  redelivered: boolean;
  private [ACKNOWLEDGER]: Acknowledger | undefined;
  private [PACKET]: Uint8Array | undefined;
  private readonly [START]: number;
  private readonly [SOURCE]: PropertiesSource;
  private [DECODED]: PublishProperties | undefined;

  constructor(
    topic: string,
    payload: Uint8Array,
    qos: QoS,
    retain: boolean,
    dup: boolean,
    packetId: number,
    subscriptionId: number,
    subscriptionIds: readonly number[] | undefined,
    packet: Uint8Array | undefined,
    propertiesStart: number,
    source: PropertiesSource,
  ) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.dup = dup;
    this.packetId = packetId;
    this.subscriptionId = subscriptionId;
    this.subscriptionIds = subscriptionIds;
    this.redelivered = false;
    this[ACKNOWLEDGER] = undefined;
    this[PACKET] = packet;
    this[START] = propertiesStart;
    this[SOURCE] = source;
    this[DECODED] = undefined;
  }

  get awaitsAck(): boolean {
    return this[ACKNOWLEDGER]?.isSettled === false;
  }

  get properties(): PublishProperties {
    return this[DECODED] ?? this.decode();
  }

  /** Reads the properties, and lets go of the packet. */
  private decode(): PublishProperties {
    this[DECODED] ??= this[PACKET] === undefined ? NO_PROPERTIES : this[SOURCE](this[PACKET], this[START]);
    this[PACKET] = undefined;
    return this[DECODED];
  }

  /** Lets go of the chunk that it came in, of which it is a small part: for messages that wait long. */
  detach(): void {
    const { payload } = this;
    if (payload.buffer.byteLength <= payload.length * 2) return;
    this.payload = payload.slice();
    this.decode();
  }

  /** The same message for one more observer, with an acknowledgement of its own. */
  withAcknowledger(acknowledger: Acknowledger): InboundMessage {
    return this.copy(this.redelivered, acknowledger);
  }

  /** The same message, offered once more. */
  again(): InboundMessage {
    return this.copy(true, undefined);
  }

  private copy(redelivered: boolean, acknowledger: Acknowledger | undefined): InboundMessage {
    const copy = new InboundMessage(
      this.topic,
      this.payload,
      this.qos,
      this.retain,
      this.dup,
      this.packetId,
      this.subscriptionId,
      this.subscriptionIds,
      this[PACKET],
      this[START],
      this[SOURCE],
    );
    copy.redelivered = redelivered;
    copy[ACKNOWLEDGER] = acknowledger;
    copy[DECODED] = this[DECODED];
    return copy;
  }

  ack(): void {
    this[ACKNOWLEDGER]?.settle(0);
  }

  nack(reasonCode = 0x80): void {
    const acknowledger = this[ACKNOWLEDGER];
    if (acknowledger === undefined) return;
    if (!acknowledger.canRefuse) {
      throw new UnsupportedError(
        'MQTT 3.x has no negative acknowledgement: leave the message unacknowledged, or ack it',
      );
    }
    if (!REFUSALS.includes(reasonCode)) {
      throw new RangeError(`${String(reasonCode)} is no reason code of a refusal; those are ${REFUSALS.join(', ')}`);
    }
    acknowledger.settle(reasonCode);
  }
}
