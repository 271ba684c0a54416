import type { Connection } from '@rxmqtt/core';

/** Opens a connection that nobody has opened yet. Why it failed, if it does, is told by its state and its events. */
export function openOnUse(connection: Connection): void {
  if (connection.state.type === 'idle') connection.open().catch(() => undefined);
}
