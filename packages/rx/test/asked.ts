import type { ConnectionOptions, PublishProperties } from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import { type Script, type SentPublish, idle } from './scripted.js';

/** What an Observable has said. */
export interface Heard<T> {
  readonly values: T[];
  error: unknown;
  completed: boolean;
  leave(): void;
}

/** Subscribes, and keeps what comes. */
export function hear<T>(source: Observable<T>): Heard<T> {
  const heard: Heard<T> = {
    values: [],
    error: undefined,
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (value) => heard.values.push(value),
    error: (error) => {
      heard.error = error;
    },
    complete: () => {
      heard.completed = true;
    },
  });
  return heard;
}

/** A client whose server is the test, and what it asks. */
export interface AskingScript extends Script {
  /** Makes the connection, if there is none, and grants what is subscribed. */
  serve(): void;
  /** What was published with a payload other than replies; all of it. */
  requests(): SentPublish[];
  /** The filters subscribed, and unsubscribed with a `-`. */
  filters(): string[];
  /** Answers a request of MQTT 5 with the properties that it asks for. */
  reply(request: SentPublish, payload: string | Uint8Array, properties?: PublishProperties): void;
}

export function asking(options: ConnectionOptions = {}, negotiated: object = {}): AskingScript {
  const script = idle(options);
  const { server } = script;
  /** The SUBSCRIBE packets that are answered. */
  const granted = new Set<unknown>();
  return {
    ...script,
    serve: () => {
      server.connection.open().catch(() => undefined);
      if (server.connection.state.type === 'connecting') server.wire.connack({ properties: negotiated });
      server.clock.advance();
      for (const packet of [...server.wire.sent]) {
        if (packet.type !== 'subscribe' || granted.has(packet)) continue;
        granted.add(packet);
        server.wire.suback(packet.packetId);
      }
    },
    requests: script.published,
    filters: () => {
      server.clock.advance();
      return server.wires
        .flatMap(({ sent }) => sent)
        .flatMap((packet) => {
          if (packet.type === 'subscribe') return packet.filters.map(({ filter }) => filter);
          return packet.type === 'unsubscribe' ? packet.filters.map((filter) => `-${filter}`) : [];
        });
    },
    reply: ({ properties }, payload, more = {}) => {
      const { responseTopic = '', correlationData } = properties ?? {};
      server.wire.message({
        topic: responseTopic,
        payload,
        properties: { ...(correlationData === undefined ? {} : { correlationData }), ...more },
      });
    },
  };
}

/** Lets everything happen that waits for nothing but promises. */
export async function promises(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}
