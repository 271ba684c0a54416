import { connectToBroker } from './broker-client.mjs';
import { Flow } from './flow.mjs';
import { cycleOf } from './message-cycle.mjs';
import { startMosquitto } from './mosquitto.mjs';
import { obey } from './obey.mjs';

const WINDOW = 1_000;

/**
 * Publishes messages encoded ahead of time, as fast as mosquitto takes them; at QoS 1 at most 1,000 ahead of their
 * acknowledgements. It does next to nothing itself, and leaves the machine to mosquitto and to who receives.
 */
class Load {
  #socket;
  #order;
  #reached;
  #flow;
  #started = false;

  constructor(order, reached) {
    this.#order = order;
    this.#reached = reached;
  }

  async connect(port) {
    const { qos, payloadBytes } = this.#order;
    this.#socket = await connectToBroker(port, 'load', this);
    // Half a window at once, so that a few large writes do.
    const order = { ...this.#order, window: WINDOW, refill: WINDOW / 2 };
    this.#flow = new Flow(this.#socket, cycleOf(4, qos, {}, payloadBytes), order, this.#reached);
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    this.#flow.run();
  }

  stop() {
    this.#socket.destroy();
  }

  packet(bytes, first) {
    if (bytes[first] >> 4 !== 4) return;
    this.#flow.acknowledged++;
    this.#flow.proceed();
  }

  report() {
    return { sent: this.#flow.sent, counted: this.#flow.counted };
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
