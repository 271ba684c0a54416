import type { NodeDuplex, WebDuplex } from '../options/network-options.js';

type Listener = (...values: never[]) => void;

/** Bytes that may wait before `write` says no. */
const HIGH_WATER_MARK = 16 * 1024;

/** The two halves of a web stream in the form of a Node `Duplex`, as far as it is used here; in browsers too. */
export class WebStreamDuplex implements NodeDuplex {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #listeners = new Map<string, Listener[]>();
  #corked: Uint8Array[] | undefined;
  #reading = false;
  #paused = false;
  #needsDrain = false;
  #closed = false;
  writableLength = 0;

  constructor({ readable, writable }: WebDuplex) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    this.#writer.closed.catch((error: unknown) => {
      this.#fail(error);
    });
  }

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    if (event === 'data') this.resume();
    return this;
  }

  once(event: string, listener: Listener): this {
    const once = (...values: never[]): void => {
      this.removeListener(event, once);
      listener(...values);
    };
    return this.on(event, once);
  }

  removeListener(event: string, listener: Listener): this {
    this.#listeners.set(
      event,
      (this.#listeners.get(event) ?? []).filter((each) => each !== listener),
    );
    return this;
  }

  setMaxListeners(): this {
    return this;
  }

  /** Replaced by whoever taps the stream. */
  pipe<T>(target: T): T {
    return target;
  }

  /** Collects what is written, so that it leaves as one chunk. */
  cork(): void {
    this.#corked ??= [];
  }

  uncork(): void {
    const chunks = this.#corked;
    this.#corked = undefined;
    if (chunks === undefined || chunks.length === 0) return;
    const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    this.#send(whole);
  }

  /** Text comes from MQTT.js, which writes parts of CONNECT so. */
  write(chunk: Uint8Array | string): boolean {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    if (this.#closed) return true;
    this.writableLength += bytes.length;
    if (this.#corked === undefined) this.#send(bytes);
    else this.#corked.push(bytes);
    const full = this.writableLength >= HIGH_WATER_MARK;
    if (full) this.#needsDrain = true;
    return !full;
  }

  pause(): this {
    this.#paused = true;
    return this;
  }

  resume(): this {
    this.#paused = false;
    void this.#read();
    return this;
  }

  end(): void {
    this.uncork();
    this.#writer.close().catch(() => undefined);
  }

  destroy(error?: Error): void {
    if (this.#closed) return;
    if (error !== undefined) this.#emit('error', error);
    this.#close(error);
  }

  #send(bytes: Uint8Array): void {
    this.#writer.write(bytes).then(
      () => {
        this.writableLength -= bytes.length;
        if (!this.#needsDrain || this.writableLength > 0) return;
        this.#needsDrain = false;
        this.#emit('drain');
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (!this.#paused && !this.#closed) {
        const { done, value } = await this.#reader.read();
        if (done) {
          this.#emit('end');
          this.#close();
          return;
        }
        this.#emit('data', value);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#reading = false;
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#emit('error', error);
    this.#close();
  }

  #close(reason?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.cancel(reason).catch(() => undefined);
    this.#writer.abort(reason).catch(() => undefined);
    this.#emit('close');
  }

  #emit(event: string, ...values: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (...values: unknown[]) => void)(...values);
  }
}
