import { once } from 'node:events';
import mqtt from 'mqtt';

/** MQTT.js as its README shows it. */
export async function connect(setting, received) {
  const client = await connected(setting);
  return publisherOf(client, setting, received);
}

/** A connected client. */
export async function connected({ url, protocolVersion }) {
  const client = mqtt.connect(url, { protocolVersion });
  await once(client, 'connect');
  return client;
}

/** Subscribes with a client, and publishes with it. */
export function publisherOf(client, { filter, qos }, received) {
  client.subscribe(filter, { qos });
  client.on('message', (topic, message) => {
    received(message);
  });
  const options = { qos };
  return (topic, payload) => {
    client.publish(topic, payload, options);
  };
}
