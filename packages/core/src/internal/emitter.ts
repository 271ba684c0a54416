import { Fifo } from './fifo.js';
import { isPromiseLike } from './is-promise-like.js';

/**
 * A typed event source. Listeners are called in the order they were added, on a copy, so that they may come and go meanwhile.
 * An event that a listener causes is told when everybody has heard of the one before: all hear all events in one order.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, readonly ((event: never) => unknown)[]>();
  readonly #onListenerError: (error: unknown, name: keyof Events) => void;

  readonly #queue = new Fifo<() => void>();
  #emitting = false;
  #telling: keyof Events | undefined;

  constructor(onListenerError: (error: unknown, name: keyof Events) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Adds a listener; the function returned takes it away again. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    // One entry for each call, so that who adds a function twice and takes one away keeps the other.
    const added = (event: Events[Name]): unknown => listener(event);
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), added]);
    return () => {
      const rest = (this.#listeners.get(name) ?? []).filter((each) => each !== added);
      if (rest.length === 0) this.#listeners.delete(name);
      else this.#listeners.set(name, rest);
    };
  }

  /** The event whose listeners are being called. */
  get telling(): keyof Events | undefined {
    return this.#telling;
  }

  /** Whether anybody listens for an event. */
  has(name: keyof Events): boolean {
    return this.#listeners.has(name);
  }

  /** Calls the listeners. One that throws is reported and does not keep the others from being called. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    if (!this.#listeners.has(name)) return;
    this.#queue.push(() => {
      this.#call(name, event);
    });
    if (this.#emitting) return;
    this.#emitting = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
    this.#emitting = false;
    this.#telling = undefined;
  }

  #call<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    this.#telling = name;
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        const result = (listener as (event: Events[Name]) => unknown)(event);
        // An async function is taken for a listener, too.
        if (isPromiseLike(result))
          result.then(undefined, (error: unknown) => {
            this.#onListenerError(error, name);
          });
      } catch (error) {
        this.#onListenerError(error, name);
      }
    }
  }
}
