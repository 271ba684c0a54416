import { connect } from 'node:net';
import { encodeConnect, encodeSubscribe } from '../limit-packets.mjs';

/**
 * What JavaScript on a socket can do at most: frames packets, makes a string of the topic and a view of the payload,
 * acknowledges once per chunk, and does nothing else: no states, no checks, no observers.
 */
export function receive({ port, filter, qos, protocolVersion, properties }, tally) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(encodeConnect(protocolVersion));
  let rest;

  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const available = bytes.length;
    const { buffer, byteOffset } = bytes;
    let acks;
    let acksLength = 0;
    let first = 0;
    while (available - first >= 2) {
      let at = first + 1;
      let length = 0;
      let shift = 0;
      let byte = 128;
      while (byte >= 128 && at < available) {
        byte = bytes[at++];
        length |= (byte & 127) << shift;
        shift += 7;
      }
      const end = at + length;
      if (byte >= 128 || end > available) break;

      const type = bytes[first] >> 4;
      if (type === 3) {
        const topicEnd = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
        const topic = bytes.latin1Slice(at + 2, topicEnd);
        at = topicEnd;
        if (qos === 1) {
          acks ??= Buffer.allocUnsafe(available);
          acks[acksLength++] = 0x40;
          acks[acksLength++] = 2;
          acks[acksLength++] = bytes[at++];
          acks[acksLength++] = bytes[at++];
        }
        if (protocolVersion === 5) at += 1 + bytes[at];
        // Half the price of subarray().
        const payload = new Uint8Array(buffer, byteOffset + at, end - at);
        tally.take(topic.length + payload.length);
      } else if (type === 2) {
        socket.write(encodeSubscribe(protocolVersion, filter, qos, properties));
      }
      first = end;
    }
    rest = first < available ? bytes.subarray(first) : undefined;
    if (acksLength > 0) socket.write(acks.subarray(0, acksLength));
  });
}
