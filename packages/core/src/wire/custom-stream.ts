import { ProviderError } from '../errors/connection-errors.js';
import { hideSecrets } from '../errors/hide-secrets.js';
import { isMqttError } from '../errors/mqtt-error.js';
import type { NodeDuplex, TransportProvider, TransportStream, WebDuplex } from '../options/network-options.js';
import { attemptContext, withinAttempt } from './attempt-context.js';
import type { OpenedStream } from './opened-stream.js';
import { WebStreamDuplex } from './web-stream-duplex.js';
import type { ConnectRequest } from './wire.js';

const METHODS = ['on', 'pipe', 'write', 'pause', 'resume', 'end', 'destroy'] as const;

/** The stream that the user's own function opens. */
export async function openCustomStream(
  provider: TransportProvider,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<OpenedStream> {
  let opened: TransportStream;
  try {
    opened = await withinAttempt(Promise.resolve(provider(attemptContext(request, signal))), signal, discard);
  } catch (cause) {
    // What a tunnel or a device wants to know may be secret, and may stand in what it says.
    throw isMqttError(cause) ? cause : hideSecrets(cause);
  }
  const stream = asDuplex(opened);
  // Other than sockets, it may stay half open when the other side has ended.
  stream.on('end', () => void stream.destroy());
  return { type: 'stream', stream };
}

function asDuplex(stream: TransportStream): NodeDuplex {
  if (isWebDuplex(stream)) return new WebStreamDuplex(stream);
  if (isNodeDuplex(stream)) return stream;
  throw new ProviderError(
    'transport',
    new TypeError('the function must return a Duplex, or an object with readable and writable'),
  );
}

/** It came when nobody wanted it any more. */
function discard(stream: TransportStream): void {
  if (isWebDuplex(stream)) new WebStreamDuplex(stream).destroy();
  else if (isNodeDuplex(stream)) {
    stream.on('error', () => undefined);
    stream.destroy();
  }
}

function isWebDuplex(stream: unknown): stream is WebDuplex {
  if (typeof stream !== 'object' || stream === null) return false;
  const { readable, writable } = stream as Partial<
    Record<keyof WebDuplex, { getReader?: unknown; getWriter?: unknown } | boolean>
  >;
  return (
    typeof readable === 'object' && typeof writable === 'object' && 'getReader' in readable && 'getWriter' in writable
  );
}

function isNodeDuplex(stream: unknown): stream is NodeDuplex {
  return (
    typeof stream === 'object' &&
    stream !== null &&
    METHODS.every((name) => typeof (stream as Record<string, unknown>)[name] === 'function')
  );
}
