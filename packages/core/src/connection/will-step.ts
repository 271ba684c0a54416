import { InvalidOptionsError, ProviderError } from '../errors/connection-errors.js';
import { checkWill } from '../options/check-will.js';
import type { Will, WillProvider } from '../options/connection-options.js';
import { OptionChecker } from '../options/option-checker.js';
import { attemptContext } from '../wire/attempt-context.js';
import type { PreparationStep } from './preparation.js';

/**
 * What the server shall publish when we are lost: as the options say, or asked for anew. A foreign host is told nothing, and
 * publishes nothing: topic and payload of a will are not for it. A given will is used without a promise in between.
 */
export function willStep(will: Will | WillProvider | undefined): PreparationStep {
  return {
    name: 'will',
    run(request, { signal }) {
      if (will === undefined || request.foreign) return request;
      if (typeof will !== 'function') return { ...request, will };
      const context = attemptContext(request, signal);
      // Asked at once, but answered later, also when it throws: who called `open()` can still add listeners.
      return new Promise<Will | undefined>((resolve) => {
        resolve(will(context));
      }).then((made) => ({ ...request, will: checked(made) }));
    },
    failed: (cause) => new ProviderError('will', cause),
  };
}

/** What a function gives is held to what the options are held to. */
function checked(will: Will | undefined): Will | undefined {
  if (will === undefined) return undefined;
  const check = new OptionChecker();
  if (check.object('will', will)) checkWill(will, check);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return will;
}
