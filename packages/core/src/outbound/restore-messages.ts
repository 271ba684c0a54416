import type { Clock } from '../internal/clock.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { BadEntry, RestoredRecord } from '../session/read-session.js';
import type { MessageAcceptor } from './accept-message.js';
import type { MessageAge } from './message-age.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** The messages of an earlier process. */
export interface RestoredMessages {
  /** In their order. Those with a packet identifier were in flight. */
  readonly messages: readonly OutgoingMessage[];
  /** What no message can be made of. */
  readonly bad: readonly BadEntry[];
}

/** What a message from the store must pass through, as any other. */
export interface RestoreContext {
  readonly acceptor: MessageAcceptor;
  readonly age: MessageAge;
  readonly clock: Clock;
  readonly ids: PacketIds;
}

/** Makes messages of stored ones. They come before all new ones, in their old order. */
export function restoreMessages(
  records: readonly RestoredRecord[],
  { acceptor, age, clock, ids }: RestoreContext,
): RestoredMessages {
  const last = records.at(-1)?.number ?? 0;
  const messages: OutgoingMessage[] = [];
  const bad: BadEntry[] = [];
  for (const { key, value, number, message: stored, sent } of records) {
    try {
      const { qos, retain, properties } = stored;
      if (qos === 0) throw new Error('messages of QoS 0 are not stored');
      if (qos === 1 && sent?.received !== undefined) throw new Error('a message of QoS 1 has no PUBREC');
      // It was to go out however its process ended, or it was sent already: no policy of this one gives it up.
      const options = { qos, retain, offline: 'queue', ...(properties === undefined ? {} : { properties }) } as const;
      const message = acceptor.accept(stored.topic, stored.payload, options);
      message.sequence = number - last;
      message.recorded = true;
      message.accept();
      // A clock that was set back makes nothing younger than new.
      age.limit(message, Math.max(0, clock.date() - stored.publishedAt));
      if (sent !== undefined && ids.reserve(sent.packetId)) {
        message.wasSent = true;
        message.isWritten = true;
        message.packetId = sent.packetId;
        message.phase = sent.received === undefined ? 'sent' : 'received';
        if (sent.received !== undefined) {
          message.received = { packetId: sent.packetId, reasonCode: sent.received, properties: undefined };
        }
      }
      messages.push(message);
    } catch (error) {
      bad.push({ key, value, error });
    }
  }
  return { messages, bad };
}
