import type { OptionChecker } from './option-checker.js';
import type { ResolvedOptions } from './resolve-options.js';

/** The longest client identifier of MQTT 3.1, in characters. */
const LONGEST_ID_V3 = 23;

/** Who we are, as far as the protocol version allows it. */
export function checkIdentity(
  {
    clientId,
    clean,
    credentials,
    protocolVersion,
  }: Pick<ResolvedOptions, 'clientId' | 'clean' | 'credentials' | 'protocolVersion'>,
  check: OptionChecker,
): void {
  if (protocolVersion === 5 || protocolVersion === 'auto') return;
  const { problems } = check;
  // [MQTT-3.1.2-22]
  if (typeof credentials === 'object' && credentials.password !== undefined && credentials.username === undefined) {
    problems.push({ path: 'credentials.username', reason: 'must be there on MQTT 3.x when there is a password' });
  }
  if (protocolVersion === 3 && (clientId === '' || Array.from(clientId).length > LONGEST_ID_V3)) {
    problems.push({ path: 'clientId', reason: `must have 1 to ${String(LONGEST_ID_V3)} characters on MQTT 3.1` });
  }
  // A name that we never get to know has no session to come back to. [MQTT-3.1.3-8]
  if (protocolVersion === 4 && clientId === '' && clean !== undefined && clean !== true) {
    problems.push({ path: 'clientId', reason: 'must not be empty on MQTT 3.1.1 unless session.clean is true' });
  }
}
