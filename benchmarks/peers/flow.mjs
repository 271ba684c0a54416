/**
 * Sends the messages of a cycle as fast as the socket takes them: at QoS 1 at most `window` ahead of their acknowledgements, and
 * more as soon as `refill` of them have come back.
 */
export class Flow {
  sent = 0;
  acknowledged = 0;
  #socket;
  #cycle;
  #order;
  #reached;
  #draining = false;

  constructor(socket, cycle, order, reached) {
    this.#socket = socket;
    this.#cycle = cycle;
    this.#order = order;
    this.#reached = reached;
    socket.on('drain', () => {
      this.#draining = false;
      this.run();
    });
  }

  /** Messages that have arrived, as far as the sender can know. */
  get counted() {
    return this.#order.qos === 0 ? this.sent : this.acknowledged;
  }

  run() {
    const { qos, total } = this.#order;
    while (!this.#draining && this.sent < total) {
      const count = this.#cycle.run(this.sent, Math.min(total - this.sent, this.#room()));
      if (count === 0) return;
      const slice = this.#cycle.slice(this.sent, count);
      this.sent += count;
      this.#draining = !this.#socket.write(slice);
    }
    if (qos === 0 && this.sent === total && !this.#draining) this.#reached();
  }

  /** Acknowledgements have come. */
  proceed() {
    if (this.acknowledged >= this.#order.total) this.#reached();
    else this.run();
  }

  /** How many messages may be sent now. */
  #room() {
    const { qos, window, refill } = this.#order;
    if (qos === 0) return Infinity;
    const room = window - (this.sent - this.acknowledged);
    return room >= refill ? room : 0;
  }
}
