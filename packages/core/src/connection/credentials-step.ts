import { CredentialsError, InvalidOptionsError } from '../errors/connection-errors.js';
import type { Credentials, CredentialsProvider } from '../options/connection-options.js';
import { OptionChecker } from '../options/option-checker.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { PreparationStep } from './preparation.js';

/** Who we are: as the options say, or asked for anew; else as the server's URL says. A foreign host is told nothing. Given credentials are used without a promise in between. */
export function credentialsStep(credentials: Credentials | CredentialsProvider | undefined): PreparationStep {
  return {
    name: 'credentials',
    run(request, context) {
      if (request.foreign || credentials === undefined) return request;
      if (typeof credentials !== 'function') return withCredentials(request, credentials);
      const { attempt, signal } = context;
      const { endpoint } = request;
      // Asked at once, but answered later, also when it throws: who called `open()` can still add listeners.
      return new Promise<Credentials>((resolve) => {
        resolve(credentials({ attempt, endpoint, signal }));
      }).then((fetched) => withCredentials(request, checked(fetched)));
    },
    failed: (cause) => new CredentialsError(cause),
  };
}

function withCredentials(request: ConnectRequest, { username, password }: Credentials): ConnectRequest {
  return { ...request, username, password };
}

/** What a function gives is held to what the options are held to. */
function checked(credentials: Credentials): Credentials {
  const check = new OptionChecker();
  if (check.object('credentials', credentials)) check.credentials('credentials', credentials);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return credentials;
}
