import type { ConnectionState } from '@rxmqtt/core';

/** Whether nothing will come after this state. */
export function hasEnded({ type }: ConnectionState): boolean {
  return type === 'closed' || type === 'failed';
}
