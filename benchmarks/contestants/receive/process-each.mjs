import { connect, processEach } from '@rxmqtt/rx';

/** `processEach()` of @rxmqtt/rx, with handlers that take a while. */
export function receive({ url, filter, qos, protocolVersion, handlerMs, concurrency }, tally) {
  const mqtt = connect(url, { protocolVersion });
  const handle = (message) =>
    new Promise((resolve) => {
      setTimeout(() => {
        tally.take(message.topic.length + message.payload.length);
        resolve();
      }, handlerMs);
    });
  mqtt.observe(filter, { qos, ack: 'manual' }).pipe(processEach(handle, { concurrency })).subscribe();
}
