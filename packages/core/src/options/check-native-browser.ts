import type { NativeReach } from './check-native.js';

const NOTHING: NativeReach = {
  tls: undefined,
  proxy: undefined,
  socket: {
    noDelay: true,
    coalesceReads: false,
    keepAlive: false,
    keepAliveInitialDelay: 0,
    localAddress: undefined,
    localPort: undefined,
    family: undefined,
  },
  warnings: [],
};

/** Takes the place of `check-native.ts` in bundles for browsers: pages are refused all of it, so nobody need read it. */
export function checkNative(): NativeReach {
  return NOTHING;
}
