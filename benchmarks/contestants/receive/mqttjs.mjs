import mqtt from 'mqtt';

/** MQTT.js as its README shows it. On MQTT 5 it asks for a subscription identifier, as ours does by itself. */
export function receive({ url, filter, qos, protocolVersion, properties }, tally) {
  const client = mqtt.connect(url, { protocolVersion });
  client.on('connect', () => {
    client.subscribe(filter, properties ? { qos, properties: { subscriptionIdentifier: 1 } } : { qos });
  });
  client.on('message', (topic, message) => {
    tally.take(topic.length + message.length);
  });
  return client;
}
