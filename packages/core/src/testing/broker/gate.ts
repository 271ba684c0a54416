import type { WireHandlers } from '../../wire/wire.js';
import type { BrokerLink } from './broker-link.js';
import type { BrokerPacket, BrokerPacketType } from './broker-packet.js';
import type { FaultScript } from './fault.js';

/** Where packets are written down. */
export interface PacketLog {
  packet(packet: BrokerPacket): void;
}

/** What a gate does to clients. */
export interface GateTarget {
  /** The connection breaks. */
  gone(link: BrokerLink): void;
  /** The broker hangs up on a client. */
  kick(link: BrokerLink, reasonCode: number): void;
}

/** A packet that is sent, without what the gate knows. */
export type OutgoingPacket = Omit<BrokerPacket, 'from' | 'clientId'> & { readonly type: BrokerPacketType };

/** Where every packet passes: it is written down, and may meet a fault of the script. */
export class Gate {
  readonly #faults: FaultScript;
  readonly #log: PacketLog;
  readonly #target: GateTarget;

  constructor(faults: FaultScript, log: PacketLog, target: GateTarget) {
    this.#faults = faults;
    this.#log = log;
    this.#target = target;
  }

  /** A packet came: it has its effect, unless a fault is about it. */
  receive(link: BrokerLink, packet: BrokerPacket, effect: (refusal: number | undefined) => void): void {
    this.#log.packet(packet);
    const fault = this.#faults.decide(packet);
    switch (fault?.type) {
      case undefined:
        effect(undefined);
        return;
      case 'refuse':
        effect(fault.reasonCode);
        return;
      case 'ignore':
        return;
      case 'disconnect':
        this.#target.kick(link, fault.reasonCode);
        return;
      case 'cut':
        if (fault.after) {
          link.mute();
          effect(undefined);
        }
        this.#target.gone(link);
    }
  }

  /** A packet goes out, unless a fault is about it. */
  send(link: BrokerLink, fields: OutgoingPacket, deliver: (to: WireHandlers) => void): void {
    if (!link.isOpen) return;
    const packet: BrokerPacket = { ...fields, from: 'server', clientId: link.clientId };
    this.#log.packet(packet);
    const fault = this.#faults.decide(packet);
    if (fault === undefined || fault.type === 'refuse') link.send(deliver);
    else if (fault.type === 'disconnect') this.#target.kick(link, fault.reasonCode);
    else if (fault.type === 'cut') {
      if (fault.after) {
        link.send((to) => {
          deliver(to);
          this.#target.gone(link);
        });
        link.mute();
      } else this.#target.gone(link);
    }
  }
}
