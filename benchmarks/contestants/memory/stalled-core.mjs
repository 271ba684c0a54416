import { createConnection } from '@rxmqtt/core';
import { push } from './push.mjs';

/** `publish()` of @rxmqtt/core to a broker that has stopped to read, with the outbox as it is by default. */
export async function prepare({ url, overflow, megabytes, warmupMegabytes }) {
  const connection = createConnection(url, { protocolVersion: 4, publish: { overflow } });
  await connection.open();
  const publish = (topic, payload) => {
    connection.publish(topic, payload, { qos: 0 });
  };
  return {
    warmUp: () => push(publish, warmupMegabytes),
    run: () => push(publish, megabytes),
  };
}
