import { connectToBroker } from './broker-client.mjs';
import { MessageCycle } from './message-cycle.mjs';
import { startMosquitto } from './mosquitto.mjs';
import { obey } from './obey.mjs';

const WINDOW = 1_000;
const cycles = new Map();

/** Encoding a cycle takes a while, so that it is done once per shape and not for each session. */
function cycleOf(qos, payloadBytes) {
  const key = `${qos} ${payloadBytes}`;
  if (!cycles.has(key)) cycles.set(key, new MessageCycle(4, qos, {}, payloadBytes));
  return cycles.get(key);
}

/**
 * Publishes messages encoded ahead of time, as fast as mosquitto takes them; at QoS 1 at most 1,000 ahead of their
 * acknowledgements. It does next to nothing itself, and leaves the machine to mosquitto and to who receives.
 */
class Load {
  #socket;
  #order;
  #cycle;
  #reached;
  #sent = 0;
  #acknowledged = 0;
  #started = false;
  #draining = false;

  constructor(order, reached) {
    this.#order = order;
    this.#cycle = cycleOf(order.qos, order.payloadBytes);
    this.#reached = reached;
  }

  async connect(port) {
    this.#socket = await connectToBroker(port, 'load', this);
    this.#socket.on('drain', () => {
      this.#draining = false;
      this.#flow();
    });
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#flow();
  }

  stop() {
    this.#socket.destroy();
  }

  packet(bytes, first) {
    if (bytes[first] >> 4 !== 4) return;
    this.#acknowledged++;
    if (this.#acknowledged === this.#order.total) this.#reached();
    else this.#flow();
  }

  report() {
    return { sent: this.#sent, counted: this.#order.qos === 0 ? this.#sent : this.#acknowledged };
  }

  #flow() {
    while (!this.#draining && this.#sent < this.#order.total) {
      const count = this.#cycle.run(this.#sent, Math.min(this.#order.total - this.#sent, this.#room()));
      if (count === 0) return;
      const slice = this.#cycle.slice(this.#sent, count);
      this.#sent += count;
      this.#draining = !this.#socket.write(slice);
    }
    if (this.#order.qos === 0 && this.#sent === this.#order.total && !this.#draining) this.#reached();
  }

  /** How many messages may be sent now: half a window at once, so that a few large writes do. */
  #room() {
    if (this.#order.qos === 0) return Infinity;
    const room = WINDOW - (this.#sent - this.#acknowledged);
    return room >= WINDOW / 2 ? room : 0;
  }
}

let load;
const runner = obey({
  prepare: async (order) => {
    load?.stop();
    load = new Load(order, runner.reached);
    await load.connect(port);
  },
  report: () => load.report(),
});
const port = await startMosquitto({
  onSubscribe: () => {
    load?.start();
  },
});
runner.listening(port);
