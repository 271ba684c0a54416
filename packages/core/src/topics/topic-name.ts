import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { textFault } from './text-fault.js';

/**
 * Refuses what cannot be published to: text that is empty, longer than 65,535 bytes in UTF-8, or contains `+`, `#`, a
 * null character or half a surrogate pair (MQTT 5.0 and 3.1.1, section 4.7).
 *
 * Nothing is trimmed, normalised or escaped: two topics are the same when their characters are.
 *
 * @throws InvalidTopicError with `kind: 'name'`.
 */
export function validateTopicName(name: string): void {
  const fault = topicNameFault(name);
  if (fault !== undefined) throw new InvalidTopicError('name', name, fault);
}

/** Tells whether {@link validateTopicName} would accept `name`. Never throws. */
export function isTopicName(name: unknown): name is string {
  return topicNameFault(name) === undefined;
}

function topicNameFault(name: unknown): string | undefined {
  const fault = textFault(name);
  if (fault !== undefined) return fault;
  const text = name as string;
  // [MQTT-3.3.2-2], [MQTT-4.7.1-1]; three native searches beat one loop over the characters.
  if (text.includes('+')) return wildcardFault('+', text.indexOf('+'));
  if (text.includes('#')) return wildcardFault('#', text.indexOf('#'));
  return undefined;
}

function wildcardFault(wildcard: string, index: number): string {
  return `contains the wildcard ${wildcard} at index ${index}: wildcards stand in filters only, name one topic`;
}
