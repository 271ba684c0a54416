import { setTimeout as delay } from 'node:timers/promises';
import { PeerProcess } from '../runner/peer-process.mjs';
import { payload, topics } from './messages.mjs';
import { SettleTally } from './settle-tally.mjs';
import { stalled } from './stalled.mjs';

const EVERY_MS = 10;

/** The clock of the stopwatches, in milliseconds. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * Another connection in the process of who is measured, to a peer of its own: a timer publishes a message at QoS 1 every 10 ms.
 * A message counts from the moment at which the timer was due, however late it has come.
 */
export class Bystander {
  #messages = [];
  #tally = new SettleTally();
  #peer;
  #timer;

  /** @param connect makes a publisher, as in the roles that publish. */
  static async start(connect, setting) {
    const peer = await PeerProcess.start('acknowledge');
    await peer.prepare({});
    const bystander = new Bystander(peer);
    const url = `mqtt://127.0.0.1:${peer.port}`;
    bystander.#start(await connect({ ...setting, qos: 1, url }, bystander.#tally));
    return bystander;
  }

  constructor(peer) {
    this.#peer = peer;
  }

  /** Ends when the timer has come once more and everything has been acknowledged, or nothing is any more. */
  async stop() {
    await delay(EVERY_MS);
    clearInterval(this.#timer);
    const acknowledged = this.#tally.until(this.#messages.length);
    if (this.#tally.settled < this.#messages.length) {
      await Promise.race([acknowledged, stalled(() => this.#tally.settled)]);
    }
    await this.#peer.stop();
  }

  /** What became of the messages that were due between two moments of its clock. */
  report(from, to) {
    const due = this.#messages.filter(({ dueAt }) => dueAt >= from && dueAt <= to);
    const { failed, settled, firstError } = this.#tally;
    const flaws = [];
    if (due.length === 0) flaws.push('the timer did not tick');
    if (failed > 0) flaws.push(`${failed} refused on the other connection: ${firstError.message}`);
    if (settled < this.#messages.length)
      flaws.push(`${this.#messages.length - settled} unanswered on the other connection`);
    return {
      ticks: due.length,
      latestTick: Math.max(...due.map(({ dueAt, sentAt }) => sentAt - dueAt)),
      longestWait: Math.max(...due.map(({ dueAt, settledAt }) => settledAt - dueAt)),
      flaws,
    };
  }

  #start(publish) {
    // Acknowledgements of QoS 1 come in the order of the messages.
    let settled = 0;
    this.#tally.onSettle = () => {
      this.#messages[settled++].settledAt = now();
    };
    let last = now();
    this.#timer = setInterval(() => {
      const sentAt = now();
      this.#messages.push({ dueAt: Math.min(last + EVERY_MS, sentAt), sentAt, settledAt: Infinity });
      last = sentAt;
      publish(topics[0], payload);
    }, EVERY_MS);
  }
}
