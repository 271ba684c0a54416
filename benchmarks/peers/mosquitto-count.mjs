import { encodeSubscribe } from '../contestants/limit-packets.mjs';
import { filter } from '../roles/messages.mjs';
import { connectToBroker } from './broker-client.mjs';
import { startMosquitto } from './mosquitto.mjs';
import { obey } from './obey.mjs';

/** A foreign subscriber, at QoS 0 so that it costs mosquitto little: counts what mosquitto has passed on. */
class Counter {
  #socket;
  #total;
  #reached;
  #subscribed;
  #counted = 0;
  #units = 0;
  #lastAt = 0n;

  constructor({ total }, reached) {
    this.#total = total;
    this.#reached = reached;
  }

  async connect(port) {
    this.#socket = await connectToBroker(port, 'count', this);
    const subscribed = new Promise((resolve) => {
      this.#subscribed = resolve;
    });
    this.#socket.write(encodeSubscribe(4, filter, 0, false));
    await subscribed;
  }

  stop() {
    this.#socket.destroy();
  }

  packet(bytes, first, body, end) {
    const type = bytes[first] >> 4;
    if (type === 9) this.#subscribed();
    if (type !== 3) return;
    // At QoS 0 there is nothing but the length of the topic between topic and payload.
    this.#units += end - body - 2;
    if (++this.#counted !== this.#total) return;
    this.#lastAt = process.hrtime.bigint();
    this.#reached();
  }

  report() {
    return { counted: this.#counted, units: this.#units, repeated: 0, lastAt: String(this.#lastAt) };
  }
}

let counter;
const runner = obey({
  prepare: async (order) => {
    counter?.stop();
    counter = new Counter(order, runner.reached);
    await counter.connect(port);
  },
  report: () => counter.report(),
});
const port = await startMosquitto();
runner.listening(port);
