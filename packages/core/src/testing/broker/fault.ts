import { compileFilter } from '../../topics/compile-filter.js';
import type { BrokerPacket, BrokerPacketType } from './broker-packet.js';

/** Which packets a fault is about. */
export interface FaultOptions {
  /** How many packets it happens to. Defaults to 1. */
  readonly times?: number;
  /** How many packets pass before it begins. Defaults to 0. */
  readonly skip?: number;
  /** Only of this client. */
  readonly clientId?: string;
  /** Only packets whose topic, or one of whose filters, matches this filter. */
  readonly topic?: string;
  /** Only packets of this side, for those that both send. */
  readonly from?: 'client' | 'server';
}

/** What happens instead of what should. */
export type FaultAction =
  | { readonly type: 'cut'; readonly after: boolean }
  | { readonly type: 'ignore' }
  | { readonly type: 'refuse'; readonly reasonCode: number }
  | { readonly type: 'disconnect'; readonly reasonCode: number };

/** Something that goes wrong in a test broker, made by {@link cutBefore} and its like. */
export interface Fault {
  readonly packet: BrokerPacketType | readonly BrokerPacketType[];
  readonly options: FaultOptions;
  readonly action: FaultAction;
}

/** The connection breaks before this packet has any effect. */
export function cutBefore(packet: BrokerPacketType, options: FaultOptions = {}): Fault {
  return { packet, options, action: { type: 'cut', after: false } };
}

/** The connection breaks when this packet has had its effect, and before anything that follows from it is sent. */
export function cutAfter(packet: BrokerPacketType, options: FaultOptions = {}): Fault {
  return { packet, options, action: { type: 'cut', after: true } };
}

/** This packet never arrives, or is never sent, though the connection stays: a side that does not answer. */
export function ignore(packet: BrokerPacketType, options: FaultOptions = {}): Fault {
  return { packet, options, action: { type: 'ignore' } };
}

/** The broker answers no, with this reason code: to CONNECT, PUBLISH, SUBSCRIBE or UNSUBSCRIBE. */
export function refuse(
  reasonCode: number,
  {
    packet = 'connect',
    ...options
  }: FaultOptions & { readonly packet?: 'connect' | 'publish' | 'subscribe' | 'unsubscribe' } = {},
): Fault {
  return { packet, options: { from: 'client', ...options }, action: { type: 'refuse', reasonCode } };
}

/** The broker disconnects the client with this reason code when this packet comes; on MQTT 3.x it hangs up. */
export function disconnectAt(packet: BrokerPacketType, reasonCode: number, options: FaultOptions = {}): Fault {
  return { packet, options, action: { type: 'disconnect', reasonCode } };
}

/** A script of faults: each packet meets the first fault that is about it and not used up. */
export class FaultScript {
  readonly #faults: { readonly fault: Fault; readonly isAbout: (packet: BrokerPacket) => boolean; seen: number }[] = [];

  /** Adds a fault; what it gives takes it away again. */
  add(fault: Fault): () => void {
    const entry = { fault, isAbout: matcher(fault), seen: 0 };
    this.#faults.push(entry);
    return () => {
      const index = this.#faults.indexOf(entry);
      if (index >= 0) this.#faults.splice(index, 1);
    };
  }

  /** What happens to a packet; `undefined`: what should. */
  decide(packet: BrokerPacket): FaultAction | undefined {
    for (const entry of this.#faults) {
      if (!entry.isAbout(packet)) continue;
      const { skip = 0, times = 1 } = entry.fault.options;
      if (entry.seen >= skip + times) continue;
      entry.seen++;
      if (entry.seen > skip) return entry.fault.action;
    }
    return undefined;
  }
}

function matcher({ packet, options }: Fault): (packet: BrokerPacket) => boolean {
  const types = typeof packet === 'string' ? [packet] : packet;
  const matches = options.topic === undefined ? undefined : compileFilter(options.topic);
  return (each) =>
    types.includes(each.type) &&
    (options.from === undefined || options.from === each.from) &&
    (options.clientId === undefined || options.clientId === each.clientId) &&
    (matches === undefined ||
      [each.topic, ...(each.filters ?? [])].some((topic) => topic !== undefined && matches(topic)));
}
