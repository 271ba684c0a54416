import type { ConnectionState } from '@rxmqtt/rx';

/** Where the connection stands, in words, with the cause if something went wrong. */
export function stateText(state: ConnectionState): string {
  switch (state.type) {
    case 'idle':
      return 'not connected yet';
    case 'connecting':
      return state.attempt === 1 ? 'connecting' : `connecting, attempt ${state.attempt}`;
    case 'connected':
      return `connected over MQTT ${versionName(state.negotiated.protocolVersion)}${state.negotiated.sessionPresent ? ', session resumed' : ''}`;
    case 'reconnecting':
      return `reconnecting in ${(state.delay / 1_000).toFixed(1)} s; ended by the ${state.by}: ${state.cause.message}`;
    case 'draining':
      return 'draining';
    case 'closed':
      return 'closed';
    case 'failed':
      return `failed; ended by the ${state.by}: ${state.cause.message}`;
  }
}

function versionName(version: 5 | 4 | 3): string {
  return { 5: '5', 4: '3.1.1', 3: '3.1' }[version];
}
