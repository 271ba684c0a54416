import { isMqttError } from '../errors/mqtt-error.js';
import { MessageAcceptor } from '../outbound/accept-message.js';
import type { TopicDefaults } from '../outbound/publish-options.js';
import { publishProblems } from '../outbound/publish-problems.js';
import type { Will } from './connection-options.js';
import type { OptionChecker } from './option-checker.js';

const MAX_WILL_PAYLOAD = 65_535;

/** A will is checked as a publish is: what no server would take must not reach CONNECT. */
export function checkWill(will: Will, check: OptionChecker): void {
  const { problems } = check;
  const { topic, payload, qos, retain, delay = 0, properties } = will;
  check.keys('will', will, ['topic', 'payload', 'qos', 'retain', 'delay', 'properties']);
  if (properties !== undefined && !check.object('will.properties', properties)) return;
  // Each by itself, so that all of it is told.
  const own = { qos, retain, properties } as TopicDefaults;
  for (const { path, reason } of publishProblems(own)) check.problem(`will.${path}`, reason);
  try {
    const message = new MessageAcceptor().accept(topic, payload, {});
    if (message.payloadLength > MAX_WILL_PAYLOAD) {
      problems.push({ path: 'will.payload', reason: 'has more than 65,535 bytes' });
    }
  } catch (error) {
    if (!isMqttError(error)) throw error;
    const field = 'field' in error ? `will.${String(error.field)}` : 'will.topic';
    problems.push({ path: field, reason: error.message });
  }
  if (!Number.isInteger(delay) || delay < 0 || delay > 0xffff_ffff) {
    problems.push({ path: 'will.delay', reason: 'must be a whole number of seconds from 0 to 4,294,967,295' });
  }
}
