import type { ConnectionOptions } from '@rxmqtt/core';
import { type ScriptedMessage, type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import type { Mqtt } from '../src/client/mqtt.js';
import { RxMqtt } from '../src/client/rx-mqtt.js';

export { watch } from './operators/marbles.js';

/** A packet that went out. */
export type Sent<Type extends SentPacket['type']> = Extract<SentPacket, { type: Type }>;

/** A client whose server is the test, and what went over the wire. */
export interface Script {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  /** The packets of a type that went out on the newest wire, after all that is due now. */
  sent<Type extends SentPacket['type']>(type: Type): Sent<Type>[];
  /** The filters of the SUBSCRIBE packets. */
  subscribed(): string[];
  /** The filters of the UNSUBSCRIBE packets. */
  unsubscribed(): string[];
  /** The server grants what was asked, and delivers. */
  deliver(...messages: readonly ScriptedMessage[]): void;
}

/** A client that nobody has opened. */
export function idle(options: ConnectionOptions = {}): Script {
  const server = createTestConnection(options);
  const sent = <Type extends SentPacket['type']>(type: Type): Sent<Type>[] => {
    server.clock.advance();
    return server.wire.sent.filter((packet): packet is Sent<Type> => packet.type === type);
  };
  return {
    mqtt: new RxMqtt(server.connection),
    server,
    sent,
    subscribed: () => sent('subscribe').flatMap(({ filters }) => filters.map(({ filter }) => filter)),
    unsubscribed: () => sent('unsubscribe').flatMap(({ filters }) => filters),
    deliver: (...messages) => {
      server.clock.advance();
      for (const message of messages) server.wire.message(message);
    },
  };
}

/** A client that is connected. */
export function connected(options: ConnectionOptions = {}): Script {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}

/** Loses the connection, and makes the next one. */
export function reconnect({ server }: Script, sessionPresent: boolean): void {
  server.wire.cut();
  server.clock.advance(60_000);
  server.wire.connack({ sessionPresent });
}
