import type { ConnectionOptions, DropEvent } from '@rxmqtt/core';
import { type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { type Observable, map } from 'rxjs';
import type { Mqtt } from '../src/client/mqtt.js';
import { RxMqtt } from '../src/client/rx-mqtt.js';
import type { PublishInput, PublishStatus } from '../src/publishing/publish-to-options.js';

export type SentPublish = Extract<SentPacket, { type: 'publish' }>;

export interface Script {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  readonly drops: DropEvent[];
  /** What was published, on all wires. */
  published(): SentPublish[];
  /** The topics of that. */
  topics(): string[];
  /** The server acknowledges the last publication to a topic on the newest wire. */
  acknowledge(topic: string, reasonCode?: number): void;
}

export function idle(options: ConnectionOptions = {}): Script {
  const server = createTestConnection(options);
  const drops: DropEvent[] = [];
  server.connection.on('drop', (drop) => drops.push(drop));
  const published = (): SentPublish[] =>
    server.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish');
  return {
    mqtt: new RxMqtt(server.connection),
    server,
    drops,
    published,
    topics: () => published().map(({ topic }) => topic),
    acknowledge: (topic, reasonCode = 0) => {
      const { packetId } = published()
        .reverse()
        .find((packet) => packet.topic === topic)!;
      server.wire.acknowledge(4, packetId, reasonCode);
    },
  };
}

export function connected(options: ConnectionOptions = {}): Script {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}

export interface Seen<Status> {
  readonly statuses: Status[];
  error: unknown;
  completed: boolean;
  /** `0` for what was published, `!0` for what failed. */
  order(): string[];
  leave(): void;
}

export function watch<Status extends PublishStatus<unknown>>(source: Observable<Status>): Seen<Status> {
  const seen: Seen<Status> = {
    statuses: [],
    error: undefined,
    completed: false,
    order: () => seen.statuses.map(({ status, index }) => (status === 'published' ? '' : '!') + String(index)),
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (status) => seen.statuses.push(status),
    error: (error) => {
      seen.error = error;
    },
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

/** One input per letter, whose topic it is. */
export function inputs(letters: string): PublishInput[] {
  return Array.from(letters, (topic) => ({ topic, payload: '' }));
}

export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

export const toInput = map((topic: string | number): PublishInput => ({ topic: String(topic), payload: '' }));
