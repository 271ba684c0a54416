import { connected, publisherOf } from './mqttjs.mjs';

/** MQTT.js with Nagle's algorithm switched off, which it leaves on. */
export async function connect({ url, qos, protocolVersion }, tally) {
  const client = await connected(url, protocolVersion);
  client.stream.setNoDelay(true);
  return publisherOf(client, qos, tally);
}
