import { isWellFormed } from './is-well-formed.js';
import { exceedsUtf8, utf8Length } from './utf8-length.js';

/** The most bytes that a UTF-8 encoded string, and so a topic name or filter, may take. `[MQTT-4.7.3-3]` */
export const MAX_TOPIC_BYTES = 65_535;

/**
 * What keeps `text` from being a topic name or filter at all, whatever its levels say: nothing in it, a null character,
 * half a surrogate pair, too many bytes. `undefined` when nothing does.
 *
 * Characters that MQTT only advises against (controls, non-characters; section 1.5.4) pass: a server may use them.
 */
export function textFault(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'is not a string: pass text';
  // [MQTT-4.7.3-1]
  if (text === '') return 'is empty: give it at least one character';
  // [MQTT-4.7.3-2]
  if (text.includes('\u0000')) return `contains the null character at index ${text.indexOf('\u0000')}: remove it`;
  // [MQTT-1.5.4-1]
  if (!isWellFormed(text))
    return 'contains half a surrogate pair, which UTF-8 cannot carry: repair the text it was cut from';
  if (exceedsUtf8(text, MAX_TOPIC_BYTES)) {
    return `takes ${utf8Length(text)} bytes in UTF-8, more than the ${MAX_TOPIC_BYTES} that MQTT allows: shorten it`;
  }
  return undefined;
}
