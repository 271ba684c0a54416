import { utf8Length } from '../../internal/utf8.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { PacketWriter } from './packet-writer.js';
import { PacketType, type ProtocolVersion } from './packet-type.js';
import { variableIntegerLength } from './variable-integer.js';

/** How a filter is subscribed. */
export interface FilterFlags {
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  /** 0 send, 1 send if new, 2 do not send. */
  readonly retainHandling: 0 | 1 | 2;
}

/** One filter of a SUBSCRIBE. */
export interface SubscribeFilter extends FilterFlags {
  readonly filter: string;
}

/** The bytes that one filter adds to a SUBSCRIBE; UNSUBSCRIBE takes one less. */
export function subscribeFilterLength(filter: string): number {
  return 3 + utf8Length(filter);
}

/** Writes a SUBSCRIBE. `subscriptionId` 0 sends none. */
export function encodeSubscribe(
  packetId: number,
  filters: readonly SubscribeFilter[],
  subscriptionId: number,
  version: ProtocolVersion,
  writer: PacketWriter,
): void {
  const idLength = subscriptionId === 0 ? 0 : 1 + variableIntegerLength(subscriptionId);
  let body = 2 + (version === 5 ? 1 + idLength : 0);
  for (const { filter } of filters) body += subscribeFilterLength(filter);
  writer.reserve(5 + body);
  // [MQTT-3.8.1-1]
  writer.byte((PacketType.subscribe << 4) | 2);
  writer.variableInteger(body);
  writer.uint16(packetId);
  if (version === 5) {
    writer.byte(idLength);
    if (subscriptionId !== 0) {
      writer.byte(0x0b);
      writer.variableInteger(subscriptionId);
    }
  }
  for (const each of filters) {
    writer.text(each.filter, utf8Length(each.filter));
    writer.byte(version === 5 ? optionsByte(each) : each.qos);
  }
  writer.commit();
}

/** Writes an UNSUBSCRIBE. */
export function encodeUnsubscribe(
  packetId: number,
  filters: readonly string[],
  version: ProtocolVersion,
  writer: PacketWriter,
): void {
  let body = 2 + (version === 5 ? 1 : 0);
  for (const filter of filters) body += subscribeFilterLength(filter) - 1;
  writer.reserve(5 + body);
  // [MQTT-3.10.1-1]
  writer.byte((PacketType.unsubscribe << 4) | 2);
  writer.variableInteger(body);
  writer.uint16(packetId);
  if (version === 5) writer.byte(0);
  for (const filter of filters) writer.text(filter, utf8Length(filter));
  writer.commit();
}

/** The byte that says so on MQTT 5. */
export function optionsByte({ qos, noLocal, retainAsPublished, retainHandling }: FilterFlags): number {
  return qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | (retainHandling << 4);
}
