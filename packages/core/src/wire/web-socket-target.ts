import { ProviderError } from '../errors/connection-errors.js';
import { checkHeaders } from '../options/check-headers.js';
import { type Endpoint, isSecure } from '../options/endpoint.js';
import { OptionChecker } from '../options/option-checker.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { attemptContext, withinAttempt } from './attempt-context.js';
import type { ConnectRequest } from './wire.js';

/** The URL of this attempt's WebSocket: as the endpoint says, or as the user's function makes of that. */
export async function webSocketUrl(request: ConnectRequest, signal: AbortSignal): Promise<URL> {
  const { endpoint, webSocket, foreign } = request;
  const url = urlOf(endpoint);
  const make = webSocket?.url;
  // Whom the user does not know gets no signature of his.
  if (make === undefined || foreign) return url;
  try {
    const made = await withinAttempt(Promise.resolve(make(url.href, attemptContext(request, signal))), signal);
    return checkedUrl(made, endpoint);
  } catch (cause) {
    throw new ProviderError('webSocket.url', cause);
  }
}

/** The headers of this attempt's handshake. */
export async function webSocketHeaders(
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { webSocket, foreign } = request;
  const headers = webSocket?.headers;
  if (headers === undefined || foreign) return {};
  if (typeof headers !== 'function') return { ...headers };
  try {
    const made = await withinAttempt(Promise.resolve(headers(attemptContext(request, signal))), signal);
    const check = new OptionChecker();
    if (!checkHeaders('webSocket.headers', made, check)) throw new InvalidOptionsError(check.problems);
    return { ...made };
  } catch (cause) {
    throw new ProviderError('webSocket.headers', cause);
  }
}

function urlOf({ protocol, host, port, path, socketPath }: Endpoint): URL {
  const hostname = host.includes(':') ? `[${host}]` : host;
  return new URL(`${protocol}://${hostname}${socketPath === undefined ? `:${String(port)}` : ''}${path}`);
}

/** What a function gives never shows, since it holds a signature. */
function checkedUrl(made: unknown, endpoint: Endpoint): URL {
  let url: URL | undefined;
  try {
    url = new URL(made as string);
  } catch {
    // Told below.
  }
  if (typeof made !== 'string' || (url?.protocol !== 'ws:' && url?.protocol !== 'wss:')) {
    throw new TypeError('the function must return a URL that begins with ws:// or wss://');
  }
  if (isSecure(endpoint) && url.protocol === 'ws:') throw new TypeError('the URL leads from TLS to plain text');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('a WebSocket URL can have no user name; use credentials');
  url.hash = '';
  return url;
}
