import { createConnection } from '@rxmqtt/core';

/** `publish()` of @rxmqtt/core. */
export async function connect({ url, qos, protocolVersion, window, capacity }, tally) {
  const connection = createConnection(url, { protocolVersion, publish: { window, capacity, maxBytes: 256 << 20 } });
  await connection.open();
  const options = { qos };
  const settled = (outcome) => {
    tally.settle(outcome.error);
  };
  return (topic, payload) => {
    connection.publish(topic, payload, options).onSettled(settled);
  };
}
