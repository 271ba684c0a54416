import { connect as connectMqtt } from '@rxmqtt/rx';
import { Subscription } from 'rxjs';

/** `observe()` of @rxmqtt/rx for each filter. */
export async function connect(url, { connected, message }) {
  const mqtt = connectMqtt(url, { reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  await mqtt.connection.open();
  mqtt.connection.on('state', ({ type }) => {
    if (type === 'connected') connected();
  });
  const subscriptions = new Subscription();
  return {
    observe: (filter) => {
      subscriptions.add(mqtt.observe(filter).subscribe(({ topic }) => message(topic)));
    },
    leave: () => {
      subscriptions.unsubscribe();
    },
  };
}
