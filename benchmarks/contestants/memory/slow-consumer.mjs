import { createConnection } from '@rxmqtt/core';
import { filter } from '../../roles/messages.mjs';

/** A listener of @rxmqtt/core whose promise takes its time, while the broker floods: every message is handled or dropped. */
export async function prepare({ url, overflow, handlerMs, warmup, messages }) {
  let [handled, dropped] = [0, 0];
  let told = () => undefined;
  const connection = createConnection(url, { protocolVersion: 4, keepalive: 120 });
  connection.on('drop', () => {
    dropped++;
    told();
  });
  await connection.open();
  const until = (count) =>
    new Promise((resolve) => {
      told = () => {
        if (handled + dropped >= count) resolve();
      };
      told();
    });
  return {
    warmUp: async () => {
      const handle = () =>
        new Promise((resolve) => {
          setTimeout(() => {
            handled++;
            told();
            resolve();
          }, handlerMs);
        });
      connection.subscribe(filter, { overflow, concurrency: 64 }, handle);
      await until(warmup);
    },
    run: async () => {
      await until(warmup + messages);
      const succeeded = handled + dropped - warmup;
      return { succeeded: Math.min(succeeded, messages), expected: messages };
    },
  };
}
