import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { encodeConnect } from '../limit-packets.mjs';

const SLAB_SIZE = 65_536;
const LONGEST_PACKET = 256;
const IDENTIFIERS = 65_535;

/**
 * What JavaScript on a socket can do at most: encodes into slabs of 64 KiB, written when full or at the end of the turn;
 * counts acknowledgements without looking whose they are; answers each PUBREC. What exceeds the window waits in an array.
 */
export async function connect({ port, qos, protocolVersion, window }, tally) {
  const socket = connectSocket({ port, host: '127.0.0.1', noDelay: true });
  socket.write(encodeConnect(protocolVersion));
  await once(socket, 'data');

  let slab = Buffer.allocUnsafe(SLAB_SIZE);
  let used = 0;
  let flushDue = false;
  let packetId = 0;
  let onTheWay = 0;
  let waiting = [];
  let head = 0;

  const flush = () => {
    flushDue = false;
    if (used === 0) return;
    socket.write(slab.subarray(0, used));
    slab = Buffer.allocUnsafe(SLAB_SIZE);
    used = 0;
  };

  const send = (topic, payload) => {
    if (used + LONGEST_PACKET > SLAB_SIZE) flush();
    if (!flushDue) {
      flushDue = true;
      setImmediate(flush);
    }
    slab[used] = 0x30 | (qos << 1);
    slab[used + 2] = topic.length >> 8;
    slab[used + 3] = topic.length & 255;
    // By hand: at these lengths a call out of JavaScript costs more than the copy.
    let at = used + 4;
    for (let index = 0; index < topic.length; index++) slab[at++] = topic.charCodeAt(index);
    if (qos > 0) {
      packetId = (packetId % IDENTIFIERS) + 1;
      slab[at++] = packetId >> 8;
      slab[at++] = packetId & 255;
    }
    if (protocolVersion === 5) slab[at++] = 0;
    for (let index = 0; index < payload.length; index++) slab[at++] = payload[index];
    // The messages of the benchmark are shorter than 128 bytes: one byte of length.
    slab[used + 1] = at - used - 2;
    used = at;
  };

  const settle = () => {
    onTheWay--;
    if (head < waiting.length) {
      const message = waiting[head++];
      onTheWay++;
      send(message.topic, message.payload);
    } else if (head > 0) {
      waiting = [];
      head = 0;
    }
    tally.settle(undefined);
  };

  const release = (idHigh, idLow) => {
    if (used + 4 > SLAB_SIZE) flush();
    slab[used++] = 0x62;
    slab[used++] = 2;
    slab[used++] = idHigh;
    slab[used++] = idLow;
  };

  // Each answer has 4 bytes; a torn one counts when its end comes.
  let rest;
  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; bytes.length - at >= 4; at += 4) {
      if (bytes[at] === 0x50) release(bytes[at + 2], bytes[at + 3]);
      else settle();
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined;
    flush();
  });

  return (topic, payload) => {
    if (qos === 0) {
      send(topic, payload);
      tally.settle(undefined);
    } else if (onTheWay < window) {
      onTheWay++;
      send(topic, payload);
    } else {
      waiting.push({ topic, payload });
    }
  };
}
