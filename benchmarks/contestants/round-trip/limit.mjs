import { connectToBroker } from '../../peers/broker-client.mjs';
import { encodePublish } from '../../peers/encode.mjs';
import { encodeSubscribe } from '../limit-packets.mjs';

const IDENTIFIERS = 65_535;

/** What JavaScript on a socket can do at most: one write per message, one per acknowledgement, and no states. */
export async function connect({ port, filter, qos, protocolVersion }, received) {
  let packetId = 0;
  const socket = await connectToBroker(port, 'limit', {
    packet: (bytes, first, body, end) => {
      if (bytes[first] >> 4 !== 3) return;
      const topicEnd = body + 2 + ((bytes[body] << 8) | bytes[body + 1]);
      socket.write(Buffer.from([0x40, 2, bytes[topicEnd], bytes[topicEnd + 1]]));
      received(bytes.subarray(topicEnd + 2, end));
    },
  });
  socket.write(encodeSubscribe(protocolVersion, filter, qos, false));
  return (topic, payload) => {
    packetId = (packetId % IDENTIFIERS) + 1;
    socket.write(encodePublish(protocolVersion, { topic, payload, qos, packetId }));
  };
}
