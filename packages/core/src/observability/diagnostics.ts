import type { ConnectionEvents } from '../connection/connection.js';

/** The part of a channel of Node's `diagnostics_channel` that is used. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

interface DiagnosticsModule {
  channel(name: string): DiagnosticsChannel;
}

let diagnostics: DiagnosticsModule | undefined;
const channels = new Map<keyof ConnectionEvents, DiagnosticsChannel | undefined>();

/** The channel of an event, such as `rxmqtt:attempt-failed`; `undefined` outside of Node. */
export function diagnosticsChannel(event: keyof ConnectionEvents): DiagnosticsChannel | undefined {
  if (!channels.has(event)) channels.set(event, openChannel(event));
  return channels.get(event);
}

function openChannel(event: keyof ConnectionEvents): DiagnosticsChannel | undefined {
  diagnostics ??= nodeModule('node:diagnostics_channel') as DiagnosticsModule | undefined;
  return diagnostics?.channel(`rxmqtt:${event.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

/** Asked for at run time, so that no bundler looks for it and nothing of Node's is in a bundle. */
function nodeModule(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
}
