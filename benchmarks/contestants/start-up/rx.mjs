import { connect } from '@rxmqtt/rx';

const imported = performance.now();
const mqtt = connect(process.argv[2]);
await mqtt.connection.open();
const connected = performance.now();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify([imported, connected, user + system]));
process.exit();
