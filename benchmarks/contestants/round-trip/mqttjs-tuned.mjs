import { connected, publisherOf } from './mqttjs.mjs';

/** MQTT.js with Nagle's algorithm switched off, which it leaves on. */
export async function connect(setting, received) {
  const client = await connected(setting);
  client.stream.setNoDelay(true);
  return publisherOf(client, setting, received);
}
