import type { DropEvent } from '../connection/connection.js';
import type { Traffic } from '../wire/traffic.js';
import type { PacketName } from '../wire/packet-names.js';
import { PACKET_NAMES } from '../wire/packet-names.js';
import type { EventCounts } from './connection-emitter.js';

/** A number for each direction. */
export interface InAndOut {
  readonly in: number;
  readonly out: number;
}

/** What waits where, now. */
export interface QueueDepths {
  /** Messages in the outbox. */
  readonly outbox: number;
  /** Bytes of topic and payload in the outbox. */
  readonly outboxBytes: number;
  /** Messages whose senders wait for room in the outbox (`overflow: 'block'`). */
  readonly waiting: number;
  /** Messages of QoS 1 and 2 that were sent and are not acknowledged by the server. */
  readonly inFlight: number;
  /** Messages of QoS 1 and 2 received that are not acknowledged to the server. */
  readonly unacknowledged: number;
  /** Messages of QoS 0 received that listeners have not done with. */
  readonly unhandled: number;
  /** Messages received that wait for somebody to observe them. */
  readonly held: number;
}

/** Counters of a connection since it was created, and what waits where; see `Connection.stats()`. */
export interface ConnectionStats {
  /** Bytes of MQTT, without CONNECT and without what TLS, WebSocket and TCP add. */
  readonly bytes: InAndOut;
  /** Packets. CONNECT is counted when it is answered. */
  readonly packets: InAndOut & {
    /** The same by type. */
    readonly byType: Readonly<Record<PacketName, InAndOut>>;
  };
  /** Messages: PUBLISH packets, those sent again not counted again. */
  readonly messages: InAndOut;
  /** Messages sent again after a reconnect, with DUP. */
  readonly redelivered: number;
  /** Attempts to connect that were begun. */
  readonly attempts: number;
  /** Attempts that failed. */
  readonly failedAttempts: number;
  /** Connections that were made. */
  readonly connects: number;
  /** Connections made after the first. */
  readonly reconnects: number;
  /** Connections that were lost. */
  readonly losses: number;
  /** Messages given up, by direction and reason; what has not happened is not listed. */
  readonly drops: InAndOut & {
    readonly byReason: Readonly<Record<DropEvent['direction'], Readonly<Partial<Record<DropEvent['reason'], number>>>>>;
  };
  /** Things that went wrong and ended nothing. */
  readonly warnings: number;
  /** What waits where, now. */
  readonly queues: QueueDepths;
  /** Milliseconds from the last ping to its answer, on any connection; `undefined` before the first answer. */
  readonly roundTrip: number | undefined;
  /** Milliseconds that the current connection has lasted; `undefined` while there is none. */
  readonly connectedFor: number | undefined;
}

/** Puts the figures together; what was counted goes on counting. */
export function connectionStats(
  traffic: Traffic,
  counts: EventCounts,
  queues: QueueDepths,
  connectedFor: number | undefined,
): ConnectionStats {
  const byType = Object.fromEntries(
    PACKET_NAMES.map((name, index) => [
      name,
      { in: traffic.packetsIn[index + 1]!, out: traffic.packetsOut[index + 1]! },
    ]),
  ) as Record<PacketName, InAndOut>;
  const { attempts, failedAttempts, connects, losses, warnings, drops } = counts;
  return {
    bytes: { in: traffic.bytesIn, out: traffic.bytesOut },
    packets: { in: sum(traffic.packetsIn), out: sum(traffic.packetsOut), byType },
    messages: { in: byType.publish.in, out: byType.publish.out - traffic.redelivered },
    redelivered: traffic.redelivered,
    attempts,
    failedAttempts,
    connects,
    reconnects: Math.max(0, connects - 1),
    losses,
    drops: {
      in: sum(Object.values(drops.in)),
      out: sum(Object.values(drops.out)),
      byReason: { in: { ...drops.in }, out: { ...drops.out } },
    },
    warnings,
    queues,
    roundTrip: traffic.roundTrip,
    connectedFor,
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
