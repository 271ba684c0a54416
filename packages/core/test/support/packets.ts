import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';

export type { IConnackPacket, IConnectPacket, IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';

/** The name of a packet type, in `mqtt-packet`'s words. */
export type Command = Packet['cmd'];

/** The packet of that name. */
export type PacketOf<C extends Command> = Extract<Packet, { cmd: C }>;

/** Any packet without the fields that `mqtt-packet` declares but does not need. */
export type PacketLike = Packet | { readonly cmd: Command; readonly [field: string]: unknown };

/** The bytes of a packet. */
export function encode(packet: PacketLike, version: number): Buffer {
  return mqttPacket.generate(packet as Packet, { protocolVersion: version });
}

/** Decodes packets one by one, into an error when one is malformed. Knows the version once it has seen CONNECT. */
export function createDecoder(): (bytes: Buffer) => Packet | Error {
  const parser = mqttPacket.parser();
  const results: (Packet | Error)[] = [];
  parser.on('packet', (packet) => results.push(packet));
  parser.on('error', (error: Error) => results.push(error));
  return (bytes) => {
    parser.parse(bytes);
    return results.shift() ?? new Error(`no packet: ${bytes.toString('hex').slice(0, 80)}`);
  };
}

/** Bytes from hexadecimal digits; spaces are for the eye. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}
