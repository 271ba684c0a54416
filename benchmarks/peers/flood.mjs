import { Flow } from './flow.mjs';
import { FrameReader } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { cycleOf } from './message-cycle.mjs';
import { serve } from './serve.mjs';

const USER_PROPERTY = ['unit', 'celsius'];
const WINDOW = 1_000;

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
  #flow;
  #misordered = 0;

  constructor(socket, order, reached) {
    this.#socket = socket;
    this.#order = { qos: 0, window: WINDOW, refill: 1, properties: false, ...order };
    this.#reached = reached;
    this.#handshake = new Handshake(socket, () => {
      this.#start();
    });
  }

  data(chunk) {
    const before = this.#flow?.acknowledged;
    this.#reader.push(chunk, this);
    if (before !== undefined && this.#flow.acknowledged !== before) this.#flow.proceed();
  }

  packet(bytes, first, body, end) {
    if (bytes[first] >> 4 !== 4) {
      this.#handshake.packet(bytes, first, body, end);
      return;
    }
    const packetId = (bytes[body] << 8) | bytes[body + 1];
    // Acknowledgements must come in the order of the messages [MQTT-4.6.0-2].
    if (packetId !== (this.#flow.acknowledged % this.#cycle.length) + 1) this.#misordered++;
    this.#flow.acknowledged++;
  }

  report() {
    return { sent: this.#flow?.sent ?? 0, counted: this.#flow?.counted ?? 0, misordered: this.#misordered };
  }

  #start() {
    if (this.#flow !== undefined) return;
    const { version, subscriptionIdentifier } = this.#handshake;
    const properties = this.#order.properties ? { userProperty: USER_PROPERTY, subscriptionIdentifier } : {};
    this.#cycle = cycleOf(version, this.#order.qos, properties);
    this.#flow = new Flow(this.#socket, this.#cycle, this.#order, this.#reached);
    this.#flow.run();
  }
}

serve((socket, order, reached) => new FloodSession(socket, order, reached));
