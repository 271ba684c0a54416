import { createConnection } from '@rxmqtt/core';

/** Connections of @rxmqtt/core that are open, and nothing else. */
export async function prepare({ url, count }) {
  const kept = [];
  const open = async () => {
    const connection = createConnection(url);
    await connection.open();
    kept.push(connection);
  };
  return {
    count,
    warmUp: open,
    run: async () => {
      for (let opened = 0; opened < count; opened++) await open();
      return { succeeded: kept.length - 1, expected: count };
    },
  };
}
