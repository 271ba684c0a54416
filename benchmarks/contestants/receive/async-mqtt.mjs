import mqtt from 'async-mqtt';

/** async-mqtt as its README shows it, on the MQTT.js 4 that it brings along. */
export function receive({ url, filter, qos, protocolVersion }, tally) {
  const client = mqtt.connect(url, { protocolVersion });
  client.on('connect', () => {
    void client.subscribe(filter, { qos });
  });
  client.on('message', (topic, message) => {
    tally.take(topic.length + message.length);
  });
}
