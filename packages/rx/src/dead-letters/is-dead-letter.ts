import { isObject } from '../internal/rules.js';

/** Whether something was made by `deadLetter`, or is the same. */
export function isDeadLetter(value: unknown): boolean {
  return isObject(value) && 'topic' in value && 'qos' in value && 'retain' in value;
}
