import type { Connection } from '@rxmqtt/core';

const farewells = new WeakMap<Connection, Set<() => void>>();

/** Calls back before the client drains or closes, while something can still be said. The function returned ends that. */
export function beforeEnd(connection: Connection, farewell: () => void): () => void {
  let known = farewells.get(connection);
  if (known === undefined) {
    known = new Set();
    farewells.set(connection, known);
  }
  known.add(farewell);
  return () => known.delete(farewell);
}

/** The client is about to drain or to close. */
export function sayFarewell(connection: Connection): void {
  for (const farewell of [...(farewells.get(connection) ?? [])]) farewell();
}
