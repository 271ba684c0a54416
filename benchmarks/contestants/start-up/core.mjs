import { createConnection } from '@rxmqtt/core';

const imported = performance.now();
const connection = createConnection(process.argv[2]);
await connection.open();
const connected = performance.now();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify([imported, connected, user + system]));
process.exit();
