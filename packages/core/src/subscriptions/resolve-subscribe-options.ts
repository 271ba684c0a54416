import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { QoS } from '../message/mqtt-message.js';
import { OptionChecker } from '../options/option-checker.js';
import type { AckMode, ReceiveOverflowPolicy, SubscribeOptions } from './subscribe-options.js';

/** The options of a subscription, all set. */
export interface ResolvedSubscribeOptions {
  readonly qos: QoS;
  readonly ack: AckMode;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  readonly concurrency: number;
  readonly capacity: number;
  readonly overflow: ReceiveOverflowPolicy;
}

const OVERFLOW_POLICIES: readonly ReceiveOverflowPolicy[] = ['dropOldest', 'dropNewest', 'latest', 'pause', 'error'];

const KEYS: readonly string[] = [
  'qos',
  'ack',
  'noLocal',
  'retainAsPublished',
  'retainHandling',
  'concurrency',
  'capacity',
  'overflow',
  'group',
];

const QOS: readonly QoS[] = [0, 1, 2];

const ACK_MODES: readonly AckMode[] = ['auto', 'manual'];

const RETAIN_HANDLING = new Map<unknown, 0 | 1 | 2>([
  ['send', 0],
  ['sendIfNew', 1],
  ['ignore', 2],
]);

/** Checks the options and fills in the defaults. Throws InvalidOptionsError with all problems. */
export function resolveSubscribeOptions(options: SubscribeOptions): ResolvedSubscribeOptions {
  const check = new OptionChecker();
  const { problems } = check;
  if (!check.object('', options)) throw new InvalidOptionsError(problems);
  check.keys('', options, KEYS);
  const { qos = 0, ack = 'auto', noLocal = false, retainAsPublished = false, retainHandling = 'send' } = options;
  if (!QOS.includes(qos)) problems.push({ path: 'qos', reason: 'must be 0, 1 or 2' });
  if (!ACK_MODES.includes(ack)) problems.push({ path: 'ack', reason: "must be 'auto' or 'manual'" });
  for (const [path, value] of Object.entries({ noLocal, retainAsPublished })) {
    if (typeof value !== 'boolean') problems.push({ path, reason: 'must be true or false' });
  }
  const handling = RETAIN_HANDLING.get(retainHandling);
  if (handling === undefined) problems.push({ path: 'retainHandling', reason: "must be 'send', 'sendIfNew' or 'ignore'" });
  const { concurrency = 64, capacity = 1_000, overflow = 'dropOldest' } = options;
  for (const [path, value] of Object.entries({ concurrency, capacity })) {
    if (!(value === Infinity || Number.isInteger(value)) || value < 1) problems.push({ path, reason: 'must be a whole number above 0' });
  }
  if (!OVERFLOW_POLICIES.includes(overflow)) problems.push({ path: 'overflow', reason: `must be one of ${OVERFLOW_POLICIES.join(', ')}` });
  if (problems.length > 0) throw new InvalidOptionsError(problems);
  return { qos, ack, noLocal, retainAsPublished, retainHandling: handling ?? 0, concurrency, capacity, overflow };
}
