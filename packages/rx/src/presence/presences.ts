import {
  type MqttMessage,
  type Payload,
  type PublishProperties,
  type QoS,
  type TemplateParams,
  parseTemplate,
} from '@rxmqtt/core';
import { Observable, type Unsubscribable, asapScheduler } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { after } from '../internal/after.js';
import { openOnUse } from '../internal/open-on-use.js';
import { check, client, fields, func, payload as payloadRule, qos as qosRule } from '../internal/rules.js';

/** A client that is there. */
export interface Present<Template extends string = string> {
  /** The topic of its presence. */
  readonly topic: string;
  /** The values of the `{name}` levels of the template. */
  readonly params: TemplateParams<Template>;
  /** What it says about itself. */
  readonly payload: Uint8Array;
  /** The MQTT 5 properties of that. */
  readonly properties: PublishProperties;
}

/** How presences are read. */
export interface PresencesOptions<Template extends string = string> {
  /** Quality of service of the subscription. Defaults to 1. */
  readonly qos?: QoS;
  /** What says that a client is there. Defaults to `online`. An empty payload never does. */
  readonly online?: Payload;
  /** Tells whether a message says that its client is there, where one payload is not enough. Defaults to comparing with `online`. */
  readonly isOnline?: (message: Present<Template>) => boolean;
  /** What clients are known by. Defaults to the topic. */
  readonly key?: (message: Present<Template>) => string;
}

const OPTIONS = fields<PresencesOptions<never>>({ qos: qosRule, online: payloadRule, isOnline: func, key: func });

/** Milliseconds after a subscription was granted anew, in which what is still retained must have come. */
const RESYNC = 2_000;

/**
 * Who is there: a new Map whenever somebody has come or gone, by topic (or `key`). What comes in one go is one change.
 *
 * Cold: subscribing subscribes at the broker and opens the connection · emits first when the server has granted that, also if
 * nobody is there · keeps what it knows while the connection is lost; if the session was lost with it, what is no longer retained
 * is forgotten a little later · completes when the connection is closed · errors with SubscribeRejectedError, with what the
 * connection has failed with, and with what a callback throws.
 *
 * @throws InvalidTopicError at once when the template is invalid, InvalidOptionsError for what else is wrong with the arguments.
 *
 * @example
 * ```ts
 * presences(mqtt, 'plant/{machine}/presence', { key: ({ params }) => params.machine })
 *   .subscribe((machines) => console.log([...machines.keys()]));
 * ```
 */
export function presences<const Template extends string>(
  mqtt: Pick<Mqtt, 'connection'>,
  filter: Template,
  options: PresencesOptions<Template> = {},
): Observable<ReadonlyMap<string, Present<Template>>> {
  check(['mqtt', mqtt, client], ['', options, OPTIONS]);
  const { connection } = mqtt;
  const template = parseTemplate(filter);
  const { qos = 1, online = 'online' } = options;
  const key = options.key ?? (({ topic }: Present<Template>): string => topic);
  const expected = typeof online === 'string' ? new TextEncoder().encode(online) : new Uint8Array(online);
  const isOnline = options.isOnline ?? (({ payload }: Present<Template>): boolean => equal(payload, expected));
  return new Observable((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const known = new Map<string, { readonly present: Present<Template>; age: number }>();
    let age = 0;
    let wasConnected = false;
    let isGranted = false;
    let emission: Unsubscribable | undefined;
    let resync: Unsubscribable | undefined;

    const changed = (): void => {
      if (!isGranted || emission !== undefined) return;
      emission = asapScheduler.schedule(() => {
        emission = undefined;
        subscriber.next(new Map([...known].map(([name, { present }]) => [name, present])));
      });
    };
    const take = ({ topic, payload, properties }: MqttMessage): void => {
      const present = {
        topic,
        params: template.extract(topic) ?? ({} as TemplateParams<Template>),
        payload: payload.slice(),
        properties,
      };
      const name = key(present);
      const isThere = payload.length > 0 && isOnline(present);
      const before = known.get(name)?.present;
      if (isThere) known.set(name, { present, age });
      else known.delete(name);
      if (isThere ? before === undefined || !equal(before.payload, payload) : before !== undefined) changed();
    };
    const forgetOld = (): void => {
      for (const [name, entry] of known) if (entry.age < age) known.delete(name);
      changed();
    };
    const grant = (): void => {
      const isFirst = !isGranted;
      isGranted = true;
      if (isFirst) changed();
      if (![...known.values()].some((entry) => entry.age < age)) return;
      resync?.unsubscribe();
      resync = after(RESYNC, forgetOld);
    };
    subscriber.add(
      connection.on('state', (state) => {
        if (state.type !== 'connected') return;
        // The server sends what is retained once more; what it does not send is no more.
        if (wasConnected && !state.negotiated.sessionPresent) age++;
        wasConnected = true;
      }),
    );
    wasConnected = connection.negotiated !== undefined;
    const subscription = connection.subscribe(
      template.filter,
      { qos, retained: 'replay' },
      {
        message: (message) => {
          try {
            take(message);
          } catch (error) {
            subscriber.error(error);
          }
        },
        ready: grant,
        error: (error) => {
          subscriber.error(error);
        },
        end: () => {
          subscriber.complete();
        },
      },
    );
    openOnUse(connection);
    return () => {
      emission?.unsubscribe();
      resync?.unsubscribe();
      void subscription.unsubscribe();
    };
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
