import { type ConnectionOptions, createConnection, type ServerOption } from '@rxmqtt/core';
import { rememberWill } from '../presence/presence-will.js';
import type { Mqtt } from './mqtt.js';
import { RxMqtt } from './rx-mqtt.js';

/**
 * Makes an MQTT client that speaks Observables. Returns at once and does nothing yet: the first observer or publication opens
 * the connection, and `close()` or `drain()` ends it.
 *
 * @param server a URL, its parts, or `srv()` of `@rxmqtt/core`, as `createConnection` there takes it.
 * @throws InvalidOptionsError at once, with everything that is wrong with the server and the options.
 *
 * @example
 * ```ts
 * const mqtt = connect('mqtt://localhost');
 * mqtt.observe('plant/{line}/temp', { qos: 1, codec: number() })
 *   .pipe(filter(({ value }) => value > 80))
 *   .subscribe(({ params, value }) => console.log(params.line, value));
 * ```
 */
export function connect(server: ServerOption, options: ConnectionOptions = {}): Mqtt {
  const connection = createConnection(server, options);
  rememberWill(connection, options.will);
  return new RxMqtt(connection);
}
