// The brokers and clients of the core's own tests. Not published, so there is no entry point to take them from.
/* eslint-disable @nx/enforce-module-boundaries */
export { foreignPublish, foreignStream, foreignSubscribe } from '../../core/test/support/foreign.js';
export { cleanup, leavesNothingBehind } from '../../core/test/support/globals.js';
export { guideBlocks, runBlock } from '../../core/test/support/guide.js';
export { startMosquitto } from '../../core/test/support/mosquitto.js';
export { startBroker } from '../../core/test/support/scripted-broker.js';
export { Watch } from '../../core/test/support/watch.js';
export { inTime } from '../../core/test/support/lived-time.js';
export { nextTurn, observeFor, within } from '../../core/test/support/within.js';
export { withoutTimers } from '../../core/test/support/without-timers.js';
