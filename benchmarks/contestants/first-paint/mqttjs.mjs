/** A page with MQTT.js as its README shows it. */
export const page = "import mqtt from 'mqtt'; globalThis.connect = mqtt.connect;";
