import { connect } from '@rxmqtt/rx';

/** `observe()` of @rxmqtt/rx. */
export function receive({ url, filter, qos, protocolVersion }, tally) {
  const mqtt = connect(url, { protocolVersion });
  mqtt.observe(filter, { qos }).subscribe((message) => {
    tally.take(message.topic.length + message.payload.length);
  });
}
