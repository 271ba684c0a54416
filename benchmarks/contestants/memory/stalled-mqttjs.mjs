import { once } from 'node:events';
import mqtt from 'mqtt';
import { push } from './push.mjs';

/** MQTT.js as its README shows it. What the broker does not read, it keeps. */
export async function prepare({ url, megabytes, warmupMegabytes }) {
  const client = mqtt.connect(url);
  await once(client, 'connect');
  const publish = (topic, payload) => {
    client.publish(topic, payload);
  };
  return {
    warmUp: () => push(publish, warmupMegabytes),
    run: () => push(publish, megabytes),
  };
}
