import { once } from 'node:events';
import mqtt from 'mqtt';

/** Clients of MQTT.js that are connected, and nothing else. */
export async function prepare({ url, count }) {
  const kept = [];
  const open = async () => {
    const client = mqtt.connect(url, { protocolVersion: 5 });
    await once(client, 'connect');
    kept.push(client);
  };
  return {
    count,
    warmUp: open,
    run: async () => {
      for (let opened = 0; opened < count; opened++) await open();
      return { succeeded: kept.length - 1, expected: count };
    },
  };
}
