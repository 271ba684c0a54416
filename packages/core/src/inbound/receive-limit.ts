import { ProtocolError } from '../errors/connection-errors.js';
import { QUOTA_EXCEEDED, RECEIVE_MAXIMUM_EXCEEDED } from '../wire/codec/packet-type.js';

/** What may be unacknowledged at once. */
export interface ReceiveLimits {
  readonly receiveMaximum: number;
  /** On MQTT 3.x, and of servers that cannot count. */
  readonly maxBytes: number;
}

/**
 * How much may come ahead of its acknowledgement. On MQTT 5 as many messages as we have announced; one more is a protocol error,
 * which ends the connection. A server that has done so will do it again on the next one (mosquitto 2.0.11 forgets to count
 * what it had queued), and would never get through what it has: from then on bytes are the limit, as on MQTT 3.x, which has no
 * such announcement.
 */
export class ReceiveLimit {
  readonly #limits: ReceiveLimits;
  readonly #warn: (error: unknown, what: string) => void;
  #serverCounts = true;
  #warned = false;

  constructor(limits: ReceiveLimits, warn: (error: unknown, what: string) => void) {
    this.#limits = limits;
    this.#warn = warn;
  }

  /** What is wrong with one more message of this size, if anything; `count` and `bytes` are unacknowledged. [MQTT-3.3.4-7] */
  excess(modern: boolean, count: number, bytes: number, size: number): ProtocolError | undefined {
    if (modern && count >= this.#limits.receiveMaximum) {
      if (this.#serverCounts) {
        this.#serverCounts = false;
        return this.#countExceeded();
      }
      if (!this.#warned) {
        this.#warned = true;
        this.#warn(this.#countExceeded(), 'the server cannot count; from now on receive.maxBytes is the limit');
      }
    } else if (modern) return undefined;
    return this.#bytesExceeded(bytes, size);
  }

  #countExceeded(): ProtocolError {
    const what = `more than ${String(this.#limits.receiveMaximum)} messages came ahead of their acknowledgements`;
    return new ProtocolError(RECEIVE_MAXIMUM_EXCEEDED, what);
  }

  /** A message that is alone may be of any size. */
  #bytesExceeded(bytes: number, size: number): ProtocolError | undefined {
    const { maxBytes } = this.#limits;
    if (bytes === 0 || bytes + size <= maxBytes) return undefined;
    const what = `unacknowledged messages of more than ${String(maxBytes)} bytes (receive.maxBytes) came`;
    return new ProtocolError(QUOTA_EXCEEDED, what);
  }
}
