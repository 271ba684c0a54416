export { connect } from '../publish/mqttjs.mjs';
export { receive } from '../receive/mqttjs.mjs';
