import { connect as connectMqtt } from '@rxmqtt/rx';

/** `observe()` and `publish()` of @rxmqtt/rx. */
export async function connect({ url, filter, qos, protocolVersion }, received) {
  const mqtt = connectMqtt(url, { protocolVersion });
  mqtt.observe(filter, { qos }).subscribe((message) => {
    received(message.payload);
  });
  await mqtt.connection.open();
  const options = { qos };
  return (topic, payload) => {
    mqtt.publish(topic, payload, options).subscribe();
  };
}
