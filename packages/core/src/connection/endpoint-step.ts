import type { EndpointPlan, Target } from '../endpoints/endpoint-plan.js';
import { NetworkError } from '../errors/connection-errors.js';
import { isMqttError } from '../errors/mqtt-error.js';
import type { Endpoint } from '../options/endpoint.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { PreparationStep } from './preparation.js';

/** Stands in a request until the server is known. */
export const NOWHERE: Endpoint = { protocol: 'mqtt', host: '', port: 0, path: '', label: '' };

/** Where the server is, and who its URL says that we are. Without a lookup it is known without a promise. */
export function endpointStep(endpoints: EndpointPlan): PreparationStep {
  return {
    name: 'server',
    run(request, { signal }) {
      const target = endpoints.next(signal);
      return target instanceof Promise
        ? target.then((found) => withTarget(request, found))
        : withTarget(request, target);
    },
    failed: (cause) =>
      isMqttError(cause) ? cause : new NetworkError('DNS', 'the servers could not be looked up', { cause }),
  };
}

function withTarget(request: ConnectRequest, { endpoint, foreign, credentials }: Target): ConnectRequest {
  return { ...request, endpoint, foreign, username: credentials?.username, password: credentials?.password };
}
