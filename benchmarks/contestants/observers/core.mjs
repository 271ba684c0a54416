import { createConnection } from '@rxmqtt/core';

/** A subscription of @rxmqtt/core for each filter. */
export async function connect(url, { connected, message }) {
  const connection = createConnection(url, { reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  await connection.open();
  connection.on('state', ({ type }) => {
    if (type === 'connected') connected();
  });
  const subscriptions = [];
  return {
    observe: (filter) => {
      subscriptions.push(
        connection.subscribe(filter, {}, ({ topic }) => {
          message(topic);
        }),
      );
    },
    leave: () => {
      for (const subscription of subscriptions) void subscription.unsubscribe();
    },
  };
}
