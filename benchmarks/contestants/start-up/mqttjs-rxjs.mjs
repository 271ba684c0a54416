import mqtt from 'mqtt';
import { fromEvent } from 'rxjs';

const imported = performance.now();
const client = mqtt.connect(process.argv[2]);
fromEvent(client, 'connect').subscribe(() => {
  const connected = performance.now();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify([imported, connected, user + system]));
  process.exit();
});
