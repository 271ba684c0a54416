import { AuthenticationError } from '../errors/authentication-error.js';
import type { Authentication, AuthenticationContext, AuthenticationExchange } from '../options/authentication.js';
import type { AuthenticationStart } from '../wire/codec/connect-encoder.js';
import type { PreparationStep } from './preparation.js';

/** Begins the exchange of an attempt. A foreign host learns nothing. */
export function authenticationStep(authentication: Authentication | undefined): PreparationStep {
  return {
    name: 'authentication',
    run(request, { attempt, signal }) {
      if (authentication === undefined || request.foreign) return request;
      const context = { attempt, endpoint: request.endpoint, renewal: false, signal };
      return startAuthentication(authentication, context).then((started) => ({ ...request, authentication: started }));
    },
    failed: (cause) =>
      new AuthenticationError(authentication?.method ?? '', 'the exchange could not be started', { cause }),
  };
}

/** Begins an exchange. Whatever goes wrong is a rejection. */
export async function startAuthentication(
  authentication: Authentication,
  context: AuthenticationContext,
): Promise<AuthenticationStart> {
  const { method } = authentication;
  const exchange = await authentication.start(context);
  if (typeof (exchange as Partial<AuthenticationExchange> | undefined)?.continue !== 'function') {
    throw new TypeError('start() must give an exchange with a function `continue`');
  }
  return { method, data: checkData(exchange.initialData), exchange };
}

/** What goes into a packet. */
export function checkData(data: unknown): Uint8Array | undefined {
  if (data === undefined) return undefined;
  if (!(data instanceof Uint8Array)) throw new TypeError('authentication data must be a Uint8Array');
  if (data.length > 0xffff) throw new TypeError('authentication data must have 65,535 bytes at most');
  return data;
}
