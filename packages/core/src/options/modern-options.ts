import type { ConnectionOptions } from './connection-options.js';
import type { ResolvedOptions } from './resolve-options.js';

/** What is to be said about options that only MQTT 5 knows, where an older version is asked for. */
export function warnOfModernOptions(
  { session, receiveMaximum, userProperties, redirect, will }: ConnectionOptions,
  protocolVersion: ResolvedOptions['protocolVersion'],
): string[] {
  if (protocolVersion === 5 || protocolVersion === 'auto') return [];
  const { delay, properties } = (typeof will === 'object' ? will : undefined) ?? {};
  const modern = {
    // A session that is not to stay needs no version 5.
    'session.expiry': session?.expiry === 0 ? undefined : session?.expiry,
    receiveMaximum,
    userProperties: some(userProperties),
    redirect: redirect === 'ignore' ? undefined : redirect,
    'will.delay': delay === 0 ? undefined : delay,
    'will.properties': some(properties),
  };
  const idle = Object.entries(modern).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return idle.length === 0
    ? []
    : [`without effect before MQTT 5, but protocolVersion is ${protocolVersion}: ${idle.join(', ')}`];
}

/** `undefined` for a list or an object with nothing in it; the options may still turn out to be wrong. */
function some(value: object | null | undefined): object | undefined {
  return Object.keys(value ?? {}).length === 0 ? undefined : (value ?? undefined);
}
