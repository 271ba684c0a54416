import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A peer in a process of its own, used by all contestants of a case in turn so that it is warm for each of them alike. */
export class PeerProcess {
  /** Where it listens. */
  port = 0;
  /** Called when the peer has counted all that it was told to expect. */
  onReached = () => undefined;
  #process;
  #waiting = new Map();

  static async start(name) {
    const peer = new PeerProcess(name);
    peer.port = (await peer.#answer('listening')).port;
    return peer;
  }

  constructor(name) {
    this.#process = fork(fileURLToPath(new URL(`../peers/${name}.mjs`, import.meta.url)));
    this.#process.on('message', (message) => {
      if (message.type === 'reached') this.onReached();
      else this.#waiting.get(message.type)?.resolve(message);
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`The peer ${name} has ended with code ${code}.`));
    });
  }

  /** Tells what the next session is to do. */
  async prepare(order) {
    const prepared = this.#answer('prepared');
    this.#process.send({ type: 'prepare', order });
    await prepared;
  }

  /** Asks what the last session has done. */
  async report() {
    const report = this.#answer('report');
    this.#process.send({ type: 'report' });
    return (await report).report;
  }

  async stop() {
    this.#waiting.clear();
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }

  #answer(type) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(type, { resolve, reject });
    });
  }
}
