import { FrameReader } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { MessageCycle } from './message-cycle.mjs';
import { serve } from './serve.mjs';

const USER_PROPERTY = ['unit', 'celsius'];
const WINDOW = 1_000;
const cycles = new Map();

/** Encoding a cycle takes a while, so that it is done once per shape and not for each session. */
function cycleOf(version, qos, properties) {
  const key = JSON.stringify([version, qos, properties]);
  if (!cycles.has(key)) cycles.set(key, new MessageCycle(version, qos, properties));
  return cycles.get(key);
}

/**
 * A broker that floods: as soon as someone subscribes, it sends `total` messages as fast as the socket takes them; at QoS 1
 * at most `window` ahead of their acknowledgements, and more as soon as `refill` of them have come back.
 */
class FloodSession {
  #socket;
  #order;
  #reached;
  #reader = new FrameReader();
  #handshake;
  #cycle;
  #sent = 0;
  #acknowledged = 0;
  #misordered = 0;
  #draining = false;

  constructor(socket, order, reached) {
    this.#socket = socket;
    this.#order = { qos: 0, window: WINDOW, refill: 1, properties: false, ...order };
    this.#reached = reached;
    this.#handshake = new Handshake(socket, () => {
      this.#start();
    });
    socket.on('drain', () => {
      this.#draining = false;
      this.#flow();
    });
  }

  data(chunk) {
    const before = this.#acknowledged;
    this.#reader.push(chunk, this);
    if (this.#acknowledged === before) return;
    if (this.#acknowledged >= this.#order.total) this.#reached();
    else this.#flow();
  }

  packet(bytes, first, body, end) {
    if (bytes[first] >> 4 !== 4) {
      this.#handshake.packet(bytes, first, body, end);
      return;
    }
    const packetId = (bytes[body] << 8) | bytes[body + 1];
    // Acknowledgements must come in the order of the messages [MQTT-4.6.0-2].
    if (packetId !== (this.#acknowledged % this.#cycle.length) + 1) this.#misordered++;
    this.#acknowledged++;
  }

  report() {
    return {
      sent: this.#sent,
      counted: this.#order.qos === 0 ? this.#sent : this.#acknowledged,
      misordered: this.#misordered,
    };
  }

  #start() {
    if (this.#cycle !== undefined) return;
    const { version, subscriptionIdentifier } = this.#handshake;
    const properties = this.#order.properties ? { userProperty: USER_PROPERTY, subscriptionIdentifier } : {};
    this.#cycle = cycleOf(version, this.#order.qos, properties);
    this.#flow();
  }

  #flow() {
    if (this.#cycle === undefined || this.#draining) return;
    while (!this.#draining && this.#sent < this.#order.total) {
      const count = this.#cycle.run(this.#sent, Math.min(this.#order.total - this.#sent, this.#room()));
      if (count === 0) return;
      const slice = this.#cycle.slice(this.#sent, count);
      this.#sent += count;
      this.#draining = !this.#socket.write(slice);
    }
    if (this.#order.qos === 0 && this.#sent === this.#order.total && !this.#draining) this.#reached();
  }

  /** How many messages may be sent now. */
  #room() {
    const { qos, window, refill } = this.#order;
    if (qos === 0) return Infinity;
    const room = window - (this.#sent - this.#acknowledged);
    return room >= refill ? room : 0;
  }
}

serve((socket, order, reached) => new FloodSession(socket, order, reached));
