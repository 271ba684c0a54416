import { connect } from 'node:net';
import { encodeConnect } from '../limit-packets.mjs';

const imported = performance.now();
const { port } = new URL(process.argv[2]);
const socket = connect({ port, host: '127.0.0.1', noDelay: true });
socket.write(encodeConnect(4));
socket.once('data', () => {
  const connected = performance.now();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify([imported, connected, user + system]));
  process.exit();
});
