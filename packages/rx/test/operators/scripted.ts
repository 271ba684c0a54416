import type { ConnectionOptions, DropEvent } from '@rxmqtt/core';
import { type ScriptedMessage, type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import type { Mqtt } from '../../src/client/mqtt.js';
import { RxMqtt } from '../../src/client/rx-mqtt.js';

type SentPublish = Extract<SentPacket, { type: 'publish' }>;

/** A client whose server is the test. */
export interface Scripted {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  readonly drops: DropEvent[];
  /** What was published, on all wires. */
  published(): SentPublish[];
  /** The packet identifiers acknowledged on the newest wire, a refusal as `7!128`. */
  acks(): string[];
  /** Grants what was asked for. */
  grant(): void;
  /** Delivers messages of QoS 1, with packet identifiers from `from`. */
  deliver(from: number, ...messages: ScriptedMessage[]): void;
  /** The connection breaks, and is made again. */
  reconnect(sessionPresent?: boolean): void;
}

/** Nothing is open yet. */
export function idle(options: ConnectionOptions = {}): Scripted {
  const server = createTestConnection({
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  const mqtt = new RxMqtt(server.connection);
  const drops: DropEvent[] = [];
  mqtt.drops$.subscribe((drop) => drops.push(drop));
  return {
    mqtt,
    server,
    drops,
    published: () => server.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish'),
    acks: () =>
      server.wire.sent.flatMap((packet) =>
        packet.type === 'ack' && packet.ack === 4
          ? [`${String(packet.packetId)}${packet.reasonCode === 0 ? '' : `!${String(packet.reasonCode)}`}`]
          : [],
      ),
    grant: () => {
      server.clock.advance();
      server.wire.suback();
    },
    deliver: (from, ...messages) => {
      for (const [index, message] of messages.entries())
        server.wire.message({ qos: 1, packetId: from + index, ...message });
    },
    reconnect: (sessionPresent = true) => {
      server.wire.cut();
      server.clock.advance(1);
      server.wire.connack({ sessionPresent });
      server.clock.advance();
      if (!sessionPresent && server.wire.sent.some(({ type }) => type === 'subscribe')) server.wire.suback();
    },
  };
}

/** A connection is there. */
export function connected(options: ConnectionOptions = {}): Scripted {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}
