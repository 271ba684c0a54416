import type { MqttError, PublishResult } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { hasEnded } from '../internal/has-ended.js';
import { openOnUse } from '../internal/open-on-use.js';
import { check, client } from '../internal/rules.js';
import { beforeEnd } from '../lifecycle/before-end.js';
import { type PresenceWill, birthOf } from './presence-will.js';

/** How it went to say that a client is there. */
export type PresenceStatus =
  | { readonly status: 'online'; readonly result: PublishResult }
  | { readonly status: 'failed'; readonly error: MqttError };

/**
 * Tells others that this client is there: publishes the `online` message, retained, on each connect; the server publishes the
 * `offline` one if the connection breaks; and so does this when it is unsubscribed, and before `mqtt.drain()` and `mqtt.close()`
 * say goodbye (`connection.drain()` knows nothing of it, and with `withWill` it is left to the server).
 *
 * Cold · opens the connection · emits for each connect whether the server has taken the message · completes when the connection
 * is closed · errors when it has failed for good · unsubscribing says that the client is gone, though it stays connected.
 *
 * @throws InvalidOptionsError at once when the client was not connected with this will.
 *
 * @example
 * ```ts
 * const will = presenceWill({ topic: 'plant/7/presence' });
 * const mqtt = connect('mqtt://localhost', { will });
 * presence(mqtt, will).subscribe();
 * ```
 */
export function presence(mqtt: Pick<Mqtt, 'connection'>, will: PresenceWill): Observable<PresenceStatus> {
  check(['mqtt', mqtt, client]);
  const { connection } = mqtt;
  const birth = birthOf(connection, will);
  const { topic, payload: offline, qos = 1 } = will;
  return new Observable((subscriber) => {
    let isThere = false;
    // What cannot be said now is said by the server, or at the next connect.
    const say = (payload: typeof birth): ReturnType<typeof connection.publish> =>
      connection.publish(topic, payload, { qos, retain: true, offline: 'error' });
    const arrive = (): void => {
      isThere = true;
      say(birth).onSettled((outcome) => {
        if (outcome.status === 'acknowledged') subscriber.next({ status: 'online', result: outcome.result });
        else subscriber.next({ status: 'failed', error: outcome.error });
      });
    };
    const leave = (): void => {
      if (!isThere) return;
      isThere = false;
      if (connection.state.type === 'connected') void say(offline);
    };
    const follow = (): void => {
      const { state } = connection;
      if (state.type === 'connected') arrive();
      else if (state.type === 'failed') subscriber.error(state.cause);
      else if (hasEnded(state)) subscriber.complete();
      else if (state.type !== 'draining') isThere = false;
    };
    subscriber.add(leave);
    subscriber.add(beforeEnd(connection, leave));
    subscriber.add(connection.on('state', follow));
    follow();
    openOnUse(connection);
  });
}
