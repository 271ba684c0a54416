import { once } from 'node:events';
import mqtt from 'mqtt';

/** MQTT.js as its README shows it, with a callback per message. */
export async function connect({ url, qos, protocolVersion }, tally) {
  return publisherOf(await connected(url, protocolVersion), qos, tally);
}

/** A connected client. */
export async function connected(url, protocolVersion) {
  const client = mqtt.connect(url, { protocolVersion });
  await once(client, 'connect');
  return client;
}

/** Publishes with a client and tells the tally. */
export function publisherOf(client, qos, tally) {
  const options = { qos };
  const published = (error) => {
    tally.settle(error);
  };
  return (topic, payload) => {
    client.publish(topic, payload, options, published);
  };
}
