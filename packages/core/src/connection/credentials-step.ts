import { CredentialsError, InvalidOptionsError } from '../errors/connection-errors.js';
import type { Credentials, CredentialsProvider } from '../options/connection-options.js';
import { OptionChecker } from '../options/option-checker.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { PreparationStep } from './preparation.js';

/** Who we are: as the options say, or asked for anew. Given credentials are used without a promise in between. */
export function credentialsStep(credentials: Credentials | CredentialsProvider | undefined): PreparationStep {
  return {
    name: 'credentials',
    run(request, context) {
      if (typeof credentials !== 'function') return withCredentials(request, credentials);
      const { attempt, signal } = context;
      // Asked at once, but answered later, also when it throws: who called `open()` can still add listeners.
      return new Promise<Credentials>((resolve) => {
        resolve(credentials({ attempt, signal }));
      }).then((fetched) => withCredentials(request, checked(fetched)));
    },
    failed: (cause) => new CredentialsError(cause),
  };
}

function withCredentials(request: ConnectRequest, credentials: Credentials | undefined): ConnectRequest {
  return { ...request, username: credentials?.username, password: credentials?.password };
}

/** What a function gives is held to what the options are held to. */
function checked(credentials: Credentials): Credentials {
  const check = new OptionChecker();
  if (check.object('credentials', credentials)) check.credentials('credentials', credentials);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return credentials;
}
