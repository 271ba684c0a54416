/** A page with the client of @rxmqtt/rx, which loads MQTT.js when it needs it. */
export const page = "import { connect } from '@rxmqtt/rx'; globalThis.connect = connect;";
