import type { BrokerConnection } from './broker-connection.js';
import type { Command, Packet, PacketOf } from './packets.js';

/** What the broker does with one packet. */
export type Handler<C extends Command> = (packet: PacketOf<C>, connection: BrokerConnection) => void;

/** What the broker does with each type of packet. */
export type Handlers = { [C in Command]?: Handler<C> };

/** A broker that agrees to everything. CONNECT is answered by the broker itself. */
export const agreeable: Handlers = {
  publish({ qos, messageId }, connection) {
    if (qos === 1) connection.send({ cmd: 'puback', messageId, reasonCode: 0 });
    if (qos === 2) connection.send({ cmd: 'pubrec', messageId, reasonCode: 0 });
  },
  pubrel({ messageId }, connection) {
    connection.send({ cmd: 'pubcomp', messageId, reasonCode: 0 });
  },
  pubrec({ messageId, reasonCode }, connection) {
    if ((reasonCode ?? 0) < 0x80) connection.send({ cmd: 'pubrel', messageId, reasonCode: 0 });
  },
  subscribe({ messageId, subscriptions }, connection) {
    connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
  },
  unsubscribe({ messageId, unsubscriptions }, connection) {
    connection.send({ cmd: 'unsuback', messageId, granted: unsubscriptions.map(() => 0) });
  },
  pingreq(_packet, connection) {
    connection.send({ cmd: 'pingresp' });
  },
  disconnect(_packet, connection) {
    connection.end();
  },
};

/** For handlers that shall not answer. */
export function silent(): void {
  // Says nothing.
}

/** Calls the handler of a packet's type. */
export function dispatch(handlers: Handlers, packet: Packet, connection: BrokerConnection): void {
  const handler = handlers[packet.cmd] as ((packet: Packet, connection: BrokerConnection) => void) | undefined;
  handler?.(packet, connection);
}
