import { createConnection } from '@rxmqtt/core';

/** A listener of @rxmqtt/core. */
export async function receive({ url, filter, qos, protocolVersion }, tally) {
  const connection = createConnection(url, { protocolVersion });
  await connection.open();
  connection.subscribe(filter, { qos }, (message) => {
    tally.take(message.topic.length + message.payload.length);
  });
}
