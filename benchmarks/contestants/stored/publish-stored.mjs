import { createConnection } from '@rxmqtt/core';

/**
 * `publish()` of @rxmqtt/core, settled when the promise `stored` is: the message is in the store, or in the outbox where there is
 * no store. What finds the outbox full waits for room.
 */
export async function connectWithStore({ url, qos, protocolVersion, window, capacity }, tally, store) {
  const connection = createConnection(url, {
    protocolVersion,
    publish: { window, capacity, overflow: 'block', maxBytes: 256 << 20 },
    ...(store === undefined ? {} : { session: { store } }),
  });
  await connection.open();
  const options = { qos };
  const stored = () => {
    tally.settle();
  };
  const failed = (error) => {
    tally.settle(error);
  };
  return (topic, payload) => {
    connection.publish(topic, payload, options).stored.then(stored, failed);
  };
}
