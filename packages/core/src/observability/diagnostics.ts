import type { ConnectionEvents } from '../connection/connection.js';

/** The part of a channel of Node's `diagnostics_channel` that is used. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

interface DiagnosticsModule {
  channel(name: string): DiagnosticsChannel;
}

/** The events of connections, under the names of their channels. */
const CHANNELS = {
  state: 'rxmqtt:state',
  attemptFailed: 'rxmqtt:attempt-failed',
  lost: 'rxmqtt:lost',
  drop: 'rxmqtt:drop',
  congestion: 'rxmqtt:congestion',
  warning: 'rxmqtt:warning',
  packet: 'rxmqtt:packet',
} as const satisfies Record<keyof ConnectionEvents, string>;

let found: ReadonlyMap<string, DiagnosticsChannel> | undefined;

/** The channel of an event, or `undefined` outside of Node. */
export function diagnosticsChannel(event: keyof ConnectionEvents): DiagnosticsChannel | undefined {
  found ??= openChannels();
  return found.get(event);
}

function openChannels(): ReadonlyMap<string, DiagnosticsChannel> {
  const diagnostics = nodeModule('node:diagnostics_channel') as DiagnosticsModule | undefined;
  if (diagnostics === undefined) return new Map();
  return new Map(Object.entries(CHANNELS).map(([event, name]) => [event, diagnostics.channel(name)]));
}

/** Asked for at run time, so that no bundler looks for it and nothing of Node's is in a bundle. */
function nodeModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}
