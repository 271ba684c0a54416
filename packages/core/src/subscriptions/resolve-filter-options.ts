import type { QoS } from '../message/mqtt-message.js';
import type { OptionChecker } from '../options/option-checker.js';
import type { FilterOptions } from './subscribe-options.js';

/** The options of one filter, all set. */
export interface ResolvedFilterOptions {
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
  /** Whether retained messages are wanted from a filter that is subscribed already, or never. */
  readonly retained: 'replay' | 'live' | undefined;
}

/** The keys of {@link FilterOptions}. */
export const FILTER_KEYS: readonly string[] = ['qos', 'noLocal', 'retainAsPublished', 'retainHandling', 'retained'];

export const DEFAULT_FILTER_OPTIONS: ResolvedFilterOptions = {
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
  retained: undefined,
};

const QOS: readonly unknown[] = [0, 1, 2];

const RETAIN_HANDLING = new Map<unknown, 0 | 1 | 2>([
  ['send', 0],
  ['sendIfNew', 1],
  ['ignore', 2],
]);

/** Checks the options of a filter and fills in `defaults`. What is wrong goes to the checker, under `prefix`. */
export function resolveFilterOptions(
  check: OptionChecker,
  prefix: string,
  options: FilterOptions,
  defaults: ResolvedFilterOptions,
): ResolvedFilterOptions {
  const problem = (key: string, reason: string): void => {
    check.problem(prefix + key, reason);
  };
  const { qos = defaults.qos } = options;
  if (!QOS.includes(qos)) problem('qos', 'must be 0, 1 or 2');
  const flag = (key: 'noLocal' | 'retainAsPublished'): boolean =>
    check.boolean(prefix + key, options[key], defaults[key]);
  return {
    qos,
    noLocal: flag('noLocal'),
    retainAsPublished: flag('retainAsPublished'),
    ...retained(options, defaults, problem),
  };
}

function retained(
  { retainHandling, retained: wanted }: FilterOptions,
  defaults: ResolvedFilterOptions,
  problem: (key: string, reason: string) => void,
): Pick<ResolvedFilterOptions, 'retainHandling' | 'retained'> {
  const handling = RETAIN_HANDLING.get(retainHandling);
  if (retainHandling !== undefined && handling === undefined) {
    problem('retainHandling', "must be 'send', 'sendIfNew' or 'ignore'");
  }
  switch (wanted) {
    case undefined:
      if (handling === undefined) return { retainHandling: defaults.retainHandling, retained: defaults.retained };
      return { retainHandling: handling, retained: undefined };
    case 'replay':
    case 'live':
      if (retainHandling !== undefined) problem('retained', 'says what retainHandling says as well: give one of them');
      return { retainHandling: wanted === 'live' ? 2 : 0, retained: wanted };
    default:
      problem('retained', "must be 'replay' or 'live'");
      return defaults;
  }
}
