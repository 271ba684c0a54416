import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type ConnectionOptions as NodeTlsOptions, createSecureContext, type SecureContext } from 'node:tls';
import { InvalidOptionsError, ProviderError } from '../../errors/connection-errors.js';
import { materialFault } from '../../options/check-tls.js';
import type { AttemptContext, TlsMaterial, TlsOptions } from '../../options/network-options.js';
import { attemptContext, withinAttempt } from '../attempt-context.js';
import type { ConnectRequest } from '../wire.js';

const MATERIALS = ['ca', 'cert', 'key', 'pfx'] as const;

/** What Node's TLS is told for one attempt: files are read and functions asked anew. */
export async function tlsSettings(request: ConnectRequest, signal: AbortSignal): Promise<NodeTlsOptions> {
  const { endpoint, tls = {} } = request;
  const { host } = endpoint;
  const serverName = tls.serverName ?? endpoint.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    host,
    secureContext: await secureContext(tls, attemptContext(request, signal)),
    rejectUnauthorized: tls.insecureSkipVerify !== true,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(tls.alpnProtocols === undefined ? {} : { ALPNProtocols: [...tls.alpnProtocols] }),
    ...(tls.insecureSkipHostnameCheck === true ? { checkServerIdentity: () => undefined } : {}),
    // A context does not carry these.
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
  };
}

async function secureContext(tls: TlsOptions, context: AttemptContext): Promise<SecureContext> {
  if (tls.secureContext !== undefined)
    return (await ask('tls.secureContext', tls.secureContext, context)) as SecureContext;
  const [ca, cert, key, pfx] = await Promise.all([
    loadAll('tls.ca', tls.ca, context),
    load('tls.cert', tls.cert, 'pem', context),
    load('tls.key', tls.key, 'pem', context),
    load('tls.pfx', tls.pfx, 'bytes', context),
  ]);
  const passphrase = tls.passphrase === undefined ? undefined : await ask('tls.passphrase', tls.passphrase, context);
  const { minVersion, maxVersion, ciphers } = tls;
  const settings = Object.entries({ ca, cert, key, pfx, passphrase, minVersion, maxVersion, ciphers });
  try {
    return createSecureContext(Object.fromEntries(settings.filter(([, value]) => value !== undefined)));
  } catch (cause) {
    const changes = MATERIALS.some((name) => mayChange(tls[name])) || mayChange(tls.passphrase);
    if (changes) throw new ProviderError('tls', cause);
    const reason = `cannot be used: ${cause instanceof Error ? cause.message : 'OpenSSL refused it'}`;
    throw new InvalidOptionsError([{ path: 'tls', reason }]);
  }
}

/** Whether the next attempt may find something else. */
function mayChange(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mayChange);
  return typeof value === 'function' || (typeof value === 'object' && value !== null && 'file' in value);
}

async function loadAll(
  option: string,
  source: TlsOptions['ca'],
  context: AttemptContext,
): Promise<Buffers | undefined> {
  if (source === undefined) return undefined;
  const found = await ask(option, source, context);
  const list: readonly unknown[] = Array.isArray(found) ? (found as unknown[]) : [found];
  return Promise.all(list.map((each) => read(option, each, 'pem', context)));
}

async function load(
  option: string,
  source: TlsOptions['cert'] | TlsOptions['pfx'],
  form: 'pem' | 'bytes',
  context: AttemptContext,
): Promise<Buffers[number] | undefined> {
  return source === undefined ? undefined : read(option, await ask<unknown>(option, source, context), form, context);
}

type Buffers = (string | Buffer)[];

/** The value, or what the function says this time. */
async function ask<T>(
  option: string,
  source: T | ((context: AttemptContext) => T | PromiseLike<T>),
  context: AttemptContext,
): Promise<T> {
  if (typeof source !== 'function') return source;
  try {
    const asked = (source as (context: AttemptContext) => T | PromiseLike<T>)(context);
    return await withinAttempt(Promise.resolve(asked), context.signal);
  } catch (cause) {
    throw new ProviderError(option, cause);
  }
}

async function read(
  option: string,
  material: unknown,
  form: 'pem' | 'bytes',
  { signal }: AttemptContext,
): Promise<Buffers[number]> {
  const fault = materialFault(material, form);
  if (fault !== undefined) throw new ProviderError(option, new TypeError(fault));
  const sound = material as TlsMaterial;
  if (typeof sound === 'string') return sound;
  if (!('file' in sound)) return toBuffer(sound);
  try {
    return await readFile(sound.file, { signal });
  } catch (cause) {
    throw new ProviderError(option, cause);
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
