import { PublishDefaults } from '../outbound/publish-defaults.js';
import type { TopicDefaults } from '../outbound/publish-options.js';
import { publishProblems } from '../outbound/publish-problems.js';
import { parseSharedFilter } from '../topics/shared-subscription.js';
import { topicFilterFault } from '../topics/topic-filter.js';
import type { OptionChecker } from './option-checker.js';

const FIELDS: readonly (keyof TopicDefaults)[] = ['qos', 'retain', 'properties', 'offline', 'overflow', 'timeout'];

/** The defaults of messages, checked as messages are; `undefined` when there are none, so that they cost nothing. */
export function checkPublishDefaults(
  defaults: Readonly<Record<string, TopicDefaults>> | undefined,
  check: OptionChecker,
): PublishDefaults | undefined {
  if (defaults === undefined || !check.object('publishDefaults', defaults)) return undefined;
  const { problems } = check;
  const before = problems.length;
  for (const [filter, options] of Object.entries(defaults)) {
    const path = `publishDefaults[${JSON.stringify(filter)}]`;
    const fault = topicFilterFault(filter);
    if (fault !== undefined) problems.push({ path, reason: `is no topic filter: it ${fault}` });
    else if (parseSharedFilter(filter) !== undefined) {
      problems.push({ path, reason: 'names a consumer group, which messages on their way out do not have' });
    }
    if (!check.object(path, options)) continue;
    check.keys(path, options, FIELDS);
    for (const problem of publishProblems(options))
      problems.push({ path: `${path}.${problem.path}`, reason: problem.reason });
  }
  return problems.length > before || Object.keys(defaults).length === 0 ? undefined : new PublishDefaults(defaults);
}
