const mqtt = require('mqtt');

const imported = performance.now();
const client = mqtt.connect(process.argv[2]);
client.on('connect', () => {
  const connected = performance.now();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify([imported, connected, user + system]));
  process.exit();
});
