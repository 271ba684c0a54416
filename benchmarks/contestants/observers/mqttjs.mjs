import { once } from 'node:events';
import mqtt from 'mqtt';

/** MQTT.js as its README shows it: a call for each filter, and one listener for all messages. */
export async function connect(url, { connected, message }) {
  const client = mqtt.connect(url, { protocolVersion: 5, reconnectPeriod: 1 });
  await once(client, 'connect');
  client.on('connect', connected);
  client.on('message', message);
  const filters = [];
  return {
    observe: (filter) => {
      filters.push(filter);
      client.subscribe(filter);
    },
    leave: () => {
      for (const filter of filters) client.unsubscribe(filter);
    },
  };
}
