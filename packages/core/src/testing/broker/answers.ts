import { PacketType } from '../../wire/codec/packet-type.js';
import type { Properties } from '../../wire/codec/property-table.js';
import type { BrokerLink } from './broker-link.js';
import type { Gate } from './gate.js';

const ACK_TYPES = {
  puback: PacketType.puback,
  pubrec: PacketType.pubrec,
  pubcomp: PacketType.pubcomp,
};

/** What a test broker answers, in the words of the client's protocol version: what is answered is decided elsewhere. */
export class Answers {
  readonly #gate: Gate;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  connack(link: BrokerLink, sessionPresent: boolean, reasonCode: number, properties: Properties): void {
    this.#gate.send(link, { type: 'connack', sessionPresent, reasonCode }, (to) => {
      link.answered();
      to.connack({ sessionPresent, reasonCode, properties });
    });
  }

  ack(link: BrokerLink, type: keyof typeof ACK_TYPES, packetId: number, reasonCode: number): void {
    this.#gate.send(link, { type, packetId, reasonCode }, (to) => {
      to.ack(ACK_TYPES[type], { packetId, reasonCode, properties: undefined });
    });
    // A PUBREC that accepts is the first half of the answer.
    if (type !== 'pubrec' || reasonCode >= 0x80) link.unanswered.delete(packetId);
  }

  suback(link: BrokerLink, packetId: number, reasonCodes: readonly number[]): void {
    this.#gate.send(link, { type: 'suback', packetId, reasonCodes }, (to) => {
      to.suback({ packetId, reasonCodes, reasonString: undefined });
    });
  }

  /** MQTT 3.x has no reason codes there. */
  unsuback(link: BrokerLink, packetId: number, reasonCodes: readonly number[]): void {
    this.#gate.send(link, { type: 'unsuback', packetId, reasonCodes }, (to) => {
      to.unsuback({
        packetId,
        reasonCodes: link.request.protocolVersion === 5 ? reasonCodes : reasonCodes.map(() => 0),
        reasonString: undefined,
      });
    });
  }

  pingresp(link: BrokerLink): void {
    this.#gate.send(link, { type: 'pingresp' }, () => {
      link.ponged();
    });
  }
}
