import { textFault } from './text-fault.js';

/** Where in a topic the value of a template parameter goes. */
export interface ParameterPlace {
  /** Whether it is the first level of the topic. */
  readonly isFirst: boolean;
  /** Whether it is the rest, which may have several levels. */
  readonly isRest: boolean;
}

/**
 * What keeps `value` from taking the place of a template parameter; `undefined` when nothing does.
 *
 * A value must not change what the template says: with `+`, `#` or `/` in it, `users/{id}/inbox` would become everyone's
 * inbox or another topic. Nothing is escaped, as MQTT knows no escape. At the start of a topic `$` is refused too: it
 * makes topics which the template's own filter does not match, and `$share` makes a shared subscription.
 */
export function parameterFault(value: unknown, place: ParameterPlace): string | undefined {
  const fault = textFault(value);
  if (fault !== undefined) return fault;
  const text = value as string;
  for (const refused of place.isRest ? ['+', '#'] : ['+', '#', '/']) {
    const index = text.indexOf(refused);
    if (index !== -1) return `contains ${refused} at index ${index}: take it out, nothing is escaped`;
  }
  if (place.isFirst && text.startsWith('$')) return 'begins with $ at the start of a topic: write $ into the template';
  return undefined;
}
