import { InvalidOptionsError } from '@rxmqtt/core';

/** At once: a misspelt policy would only be found out by the first bad message. */
export function checkPolicy(path: string, policy: unknown, words: readonly string[]): void {
  const isDeadLetter = typeof policy === 'object' && policy !== null && 'topic' in policy;
  if (isDeadLetter || words.includes(policy as string)) return;
  const list = words.map((word) => `'${word}'`).join(', ');
  throw new InvalidOptionsError([{ path, reason: `must be ${list} or a deadLetter(…)` }]);
}
