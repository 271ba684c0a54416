import mqtt from 'mqtt';

/** MQTT.js with `handleMessage`, its way to acknowledge after the work: one message at a time. */
export function receive({ url, filter, qos, protocolVersion, handlerMs }, tally) {
  const client = mqtt.connect(url, { protocolVersion });
  client.handleMessage = ({ topic, payload }, done) => {
    setTimeout(() => {
      tally.take(topic.length + payload.length);
      done();
    }, handlerMs);
  };
  client.on('connect', () => {
    client.subscribe(filter, { qos });
  });
}
