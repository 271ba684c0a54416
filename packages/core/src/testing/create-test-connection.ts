import type { Connection } from '../connection/connection.js';
import { DefaultConnection } from '../connection/default-connection.js';
import type { PlatformSignals } from '../connection/platform-signals.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { resolveOptions } from '../options/resolve-options.js';
import { ScriptedWire } from './scripted-wire.js';
import { VirtualClock } from './virtual-clock.js';

/** A connection whose server is the test, and whose time is the test's. */
export interface TestConnection {
  readonly connection: Connection;
  readonly clock: VirtualClock;
  /** One per attempt, the newest last. */
  readonly wires: readonly ScriptedWire[];
  /** The wire of the newest attempt. */
  readonly wire: ScriptedWire;
}

/**
 * Makes a connection without a network. `open()` it, and let `wire.connack()` answer.
 * @param random what the jitter of the reconnect policy draws; defaults to 1, the whole delay.
 * @param signals what the platform says about being offline or hidden; defaults to one that has no such thing.
 */
export function createTestConnection(
  options: ConnectionOptions = {},
  random = 1,
  signals?: PlatformSignals,
): TestConnection {
  const clock = new VirtualClock();
  const wires: ScriptedWire[] = [];
  const connection = new DefaultConnection(resolveOptions('mqtt://test.invalid', options), {
    wires: (request, handlers) => {
      const wire = new ScriptedWire(request, handlers);
      wires.push(wire);
      return wire;
    },
    clock,
    random: () => random,
    signals,
  });
  return {
    connection,
    clock,
    wires,
    get wire() {
      const wire = wires.at(-1);
      if (wire === undefined) throw new Error('no attempt has been made yet: call open() first');
      return wire;
    },
  };
}
