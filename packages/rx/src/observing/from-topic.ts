import type { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { check, client } from '../internal/rules.js';
import type {
  FilterCollection,
  FilterInput,
  ObserveOptions,
  ObservedMessage,
  ObservedOneOf,
  TemplatesOf,
} from './observe-options.js';
import { observe } from './observe.js';

/**
 * The messages of filters and templates: what {@link Mqtt.observe} is, as a function.
 *
 * Cold, ref-counted at the broker · opens the connection · several observers share one subscription at the broker · goes on
 * through reconnects, unless `onDisconnect` says otherwise · completes when the connection is closed.
 *
 * @throws InvalidTopicError when a filter, a template or the group is invalid, InvalidOptionsError for everything else that is
 * wrong with the arguments: both at once.
 *
 * @example
 * ```ts
 * fromTopic(mqtt, { 'plant/{line}/temp': { qos: 1 }, 'plant/{line}/alarm': { qos: 2 } }, { codec: text() })
 *   .subscribe(({ template, params, value }) => console.log(template, params.line, value));
 * ```
 */
export function fromTopic<const Template extends string, T = Uint8Array>(
  mqtt: Pick<Mqtt, 'connection'>,
  filter: Template,
  options?: ObserveOptions<T>,
): Observable<ObservedMessage<Template, T>>;
export function fromTopic<
  const Filters extends FilterCollection | Observable<string | FilterCollection>,
  T = Uint8Array,
>(
  mqtt: Pick<Mqtt, 'connection'>,
  filters: Filters,
  options?: ObserveOptions<T>,
): Observable<ObservedOneOf<TemplatesOf<Filters>, T>>;
export function fromTopic<T>(
  mqtt: Pick<Mqtt, 'connection'>,
  filters: FilterInput,
  options: ObserveOptions<T> = {},
): Observable<ObservedMessage<string, T>> {
  check(['mqtt', mqtt, client]);
  return observe(mqtt.connection, filters, options);
}
