import type { OptionProblem } from '../errors/connection-errors.js';
import type { TopicDefaults } from './publish-options.js';
import { FIELD_RULES, propertyFault } from './publish-rules.js';

/**
 * Everything that is wrong with how messages are to be published, found before there is a message: for what keeps such options
 * and uses them later. Other fields are not looked at, since they may mean something to whoever asks.
 */
export function publishProblems(options: TopicDefaults): readonly OptionProblem[] {
  const problems: OptionProblem[] = [];
  const tell = (path: string, reason: string | undefined): void => {
    if (reason !== undefined) problems.push({ path, reason });
  };
  for (const [name, rule] of Object.entries(FIELD_RULES) as [keyof typeof FIELD_RULES, (typeof FIELD_RULES)['qos']][]) {
    if (options[name] !== undefined) tell(name, rule(options[name]));
  }
  const properties: unknown = options.properties;
  if (properties === undefined) return problems;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties))
    tell('properties', 'must be an object');
  else {
    for (const [name, value] of Object.entries(properties)) {
      if (value !== undefined) tell(`properties.${name}`, propertyFault(name, value));
    }
  }
  return problems;
}
