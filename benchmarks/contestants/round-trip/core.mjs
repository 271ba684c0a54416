import { createConnection } from '@rxmqtt/core';

/** A listener and `publish()` of @rxmqtt/core. */
export async function connect({ url, filter, qos, protocolVersion }, received) {
  const connection = createConnection(url, { protocolVersion });
  await connection.open();
  connection.subscribe(filter, { qos }, (message) => {
    received(message.payload);
  });
  const options = { qos };
  return (topic, payload) => {
    connection.publish(topic, payload, options);
  };
}
