/** As much of a connection as publishing needs, with a server that accepts everything in the same turn, what came together together. */
export class AcceptingConnection {
  state = { type: 'connected' };
  #waiting = [];

  publish(topic, _payload, { qos }) {
    const publication = new AcceptedPublication(topic, qos);
    if (this.#waiting.push(publication) === 1) queueMicrotask(() => this.#accept());
    return publication;
  }

  #accept() {
    const accepted = this.#waiting;
    this.#waiting = [];
    for (const publication of accepted) publication.settle();
  }
}

class AcceptedPublication {
  outcome = undefined;
  #listeners = [];

  constructor(topic, qos) {
    this.topic = topic;
    this.qos = qos;
  }

  onSettled(listener) {
    if (this.outcome === undefined) this.#listeners.push(listener);
    else listener(this.outcome);
  }

  then(fulfilled) {
    return new Promise((resolve) => {
      this.onSettled(({ result }) => resolve(result));
    }).then(fulfilled);
  }

  settle() {
    this.outcome = { status: 'published', result: { topic: this.topic, qos: this.qos } };
    for (const listener of this.#listeners) listener(this.outcome);
  }
}
