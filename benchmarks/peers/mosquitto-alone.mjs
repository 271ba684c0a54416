import { startMosquitto } from './mosquitto.mjs';
import { obey } from './obey.mjs';

/**
 * Nothing but mosquitto: who publishes and who receives is the contestant. With Nagle's algorithm switched off, which mosquitto
 * leaves on, so that the stalls that are seen are those of the clients.
 */
const runner = obey({ prepare: () => undefined, report: () => ({}) });
runner.listening(await startMosquitto({ settings: ['set_tcp_nodelay true'] }));
