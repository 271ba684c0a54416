const LAST = 65_535;

/**
 * The packet identifiers of a session, for everything that waits for an answer: publishes and subscribes share them. An
 * identifier in use is never given out again. [MQTT-2.2.1-3]
 */
export class PacketIds {
  readonly #used = new Uint8Array(LAST + 1);
  #cursor = 0;
  #count = 0;

  /** A free identifier, or 0 when all are in use. */
  allocate(): number {
    if (this.#count === LAST) return 0;
    do this.#cursor = this.#cursor === LAST ? 1 : this.#cursor + 1;
    while (this.#used[this.#cursor] === 1);
    this.#used[this.#cursor] = 1;
    this.#count++;
    return this.#cursor;
  }

  /** Takes an identifier that an earlier process has given out; `false` when it is in use. */
  reserve(id: number): boolean {
    if (this.#used[id] !== 0 || id === 0) return false;
    this.#used[id] = 1;
    this.#count++;
    return true;
  }

  /** Gives an identifier back; harmless when it is free. */
  release(id: number): void {
    if (this.#used[id] !== 1) return;
    this.#used[id] = 0;
    this.#count--;
  }
}
