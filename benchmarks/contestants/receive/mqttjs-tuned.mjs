import { receive as receiveAsShown } from './mqttjs.mjs';

/** MQTT.js with Nagle's algorithm switched off, which it leaves on. */
export function receive(setting, tally) {
  const client = receiveAsShown(setting, tally);
  client.on('connect', () => {
    client.stream.setNoDelay(true);
  });
}
