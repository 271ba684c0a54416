/** One entry of a store. */
export interface StoreEntry {
  /** Its key: printable ASCII. */
  readonly key: string;
  /** Its value. The store has made a copy, or nobody changes it any more. */
  readonly value: Uint8Array;
}

/** One change to a store. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string };

/** Something that had to be put right when a store was opened. */
export interface StoreWarning {
  /** What went wrong. */
  readonly error: unknown;
  /** What was done about it. */
  readonly what: string;
}

/**
 * Keeps what must outlive the process: messages on their way out, how far each has come, identifiers of QoS 2, and who we are
 * to the server. A plain ordered map from text to bytes; what the entries mean is the connection's business. A store serves
 * one connection at a time, which closes it when it ends.
 *
 * {@link memoryStore} keeps everything in memory, `levelStore` of `@rxmqtt/core/store-level` on disk or in the browser. To
 * write another one, run `sessionStoreCases` of `@rxmqtt/core/testing` against it.
 */
export interface SessionStore {
  /** What had to be put right when it was opened; the connection tells it as `warning` events. */
  readonly warnings?: readonly StoreWarning[];

  /** All entries, in ascending order of their keys' characters. Called once, before anything is written. */
  read(): AsyncIterable<StoreEntry>;

  /**
   * Carries out all of these operations, in their order, or none of them. Fulfils, or returns nothing, when they are durable:
   * from then on `read()` of the store opened anew finds them, however this process ends. Called again only when the call
   * before has settled. A put replaces; a delete of what is not there does nothing.
   */
  write(operations: readonly StoreOperation[]): PromiseLike<void> | undefined;

  /** Ends it; called once, after the last write has settled. */
  close(): PromiseLike<void> | undefined;
}
