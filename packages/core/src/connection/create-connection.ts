import { systemClock } from '../internal/clock.js';
import { systemRandom } from '../internal/random.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import type { ServerOption } from '../options/server-options.js';
import { resolveOptions } from '../options/resolve-options.js';
import { MAX_VARIABLE_INTEGER } from '../wire/codec/variable-integer.js';
import { mqttjsTransport } from '../wire/mqttjs-transport.js';
import { packetWire } from '../wire/packet-wire.js';
import { Traffic } from '../wire/traffic.js';
import type { Connection } from './connection.js';
import { DefaultConnection } from './default-connection.js';
import { browserSignals } from './platform-signals.js';

/**
 * Creates a connection. It does nothing until `open()`; publishing and subscribing before that is remembered.
 *
 * @param server a URL: `mqtt://`, `mqtts://`, `ws://` or `wss://` (`tcp`, `ssl` and `tls` are understood too), with host and, if
 * it is not the usual one, port; or `mqtt+unix:///path` and `ws+unix:///path:/path-of-the-web-socket`. User name and password may
 * stand in it, percent-encoded. Or its parts, such as `{ protocol: 'mqtts', host: 'localhost' }`, or {@link srv}.
 * @throws InvalidOptionsError, at once and with all problems.
 *
 * @example
 * ```ts
 * const connection = createConnection('mqtt://localhost');
 * await connection.open();
 * connection.subscribe('plant/+/temp', { qos: 1 }, ({ topic, payload }) => console.log(topic, payload.length));
 * await connection.publish('plant/7/temp', '21.5', { qos: 1 });
 * await connection.drain();
 * ```
 */
export function createConnection(server: ServerOption, options: ConnectionOptions = {}): Connection {
  const traffic = new Traffic(systemClock);
  return new DefaultConnection(resolveOptions(server, options), {
    wires: packetWire(mqttjsTransport, systemClock, traffic),
    traffic,
    clock: systemClock,
    random: systemRandom,
    signals: browserSignals(),
    firstSubscriptionId: Math.floor(systemRandom() * MAX_VARIABLE_INTEGER),
  });
}
