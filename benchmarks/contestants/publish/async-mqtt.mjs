import mqtt from 'async-mqtt';

/** async-mqtt, with a promise per message, on the MQTT.js 4 that it brings along. */
export async function connect({ url, qos, protocolVersion }, tally) {
  const client = await mqtt.connectAsync(url, { protocolVersion });
  const options = { qos };
  const published = () => {
    tally.settle(undefined);
  };
  const failed = (error) => {
    tally.settle(error);
  };
  return (topic, payload) => {
    client.publish(topic, payload, options).then(published, failed);
  };
}
