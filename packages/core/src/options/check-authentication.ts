import type { Authentication } from './authentication.js';
import type { OptionChecker } from './option-checker.js';

/** Checks how we authenticate, which only MQTT 5 can. */
export function checkAuthentication(
  authentication: Authentication,
  version: 'auto' | 5 | 4 | 3,
  check: OptionChecker,
): void {
  if (!check.object('authentication', authentication)) return;
  check.keys('authentication', authentication, ['method', 'start']);
  check.text('authentication.method', authentication.method);
  if ((authentication.method as unknown) === '') check.problem('authentication.method', 'must not be empty');
  if (typeof authentication.start !== 'function') check.problem('authentication.start', 'must be a function');
  if (version === 4 || version === 3) {
    check.problem('authentication', 'needs MQTT 5; protocolVersion asks for an older one');
  }
}
