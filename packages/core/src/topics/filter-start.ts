import { DOLLAR, SLASH } from './char-codes.js';

const SHARE = '$share';
/** Where the group begins in `$share/<group>/<filter>`. */
export const GROUP_START = SHARE.length + 1;

/** Tells whether the first level is `$share`, which marks a shared subscription (MQTT 5.0 section 4.8.2). */
export function isShared(filter: string): boolean {
  if (filter.charCodeAt(0) !== DOLLAR || !filter.startsWith(SHARE)) return false;
  return filter.length === SHARE.length || filter.charCodeAt(SHARE.length) === SLASH;
}

/**
 * The index at which the levels to match begin: 0, or behind the group of a shared subscription.
 * -1 when a shared subscription has no group or nothing behind it.
 */
export function filterStart(filter: string): number {
  if (!isShared(filter)) return 0;
  const groupEnd = filter.indexOf('/', GROUP_START);
  return groupEnd <= GROUP_START || groupEnd === filter.length - 1 ? -1 : groupEnd + 1;
}
