import { isBytes } from '../internal/is-bytes.js';
import { utf8Length } from '../internal/utf8.js';
import type { TlsOptions, TlsVersion } from './network-options.js';
import type { OptionChecker } from './option-checker.js';

const KEYS = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'serverName',
  'alpnProtocols',
  'minVersion',
  'maxVersion',
  'ciphers',
  'secureContext',
  'insecureSkipVerify',
  'insecureSkipHostnameCheck',
] as const satisfies readonly (keyof TlsOptions)[];

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly TlsVersion[];

/** What a ready-made context has decided already. */
const IN_CONTEXT = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'minVersion',
  'maxVersion',
  'ciphers',
] as const satisfies readonly (keyof TlsOptions)[];

/** TLS settings. Keys and passphrases never show in a problem. */
export function checkTls(value: TlsOptions | undefined, check: OptionChecker): TlsOptions | undefined {
  const tls = check.part('tls', value, KEYS);
  if (tls === undefined) return undefined;
  checkMaterials('tls.ca', tls.ca, check);
  checkMaterial('tls.cert', tls.cert, check);
  checkMaterial('tls.key', tls.key, check);
  if (tls.pfx !== undefined && typeof tls.pfx !== 'function') {
    const reason = materialFault(tls.pfx, 'bytes');
    if (reason !== undefined) check.problem('tls.pfx', reason);
  }
  if (typeof tls.passphrase !== 'function') {
    if (tls.passphrase !== undefined && typeof tls.passphrase !== 'string')
      check.problem('tls.passphrase', 'must be text or a function');
  }
  check.name('tls.serverName', tls.serverName);
  check.name('tls.ciphers', tls.ciphers);
  const { alpnProtocols, secureContext } = tls;
  if (alpnProtocols !== undefined && !isAlpn(alpnProtocols)) {
    check.problem('tls.alpnProtocols', 'must be a list of names with 1 to 255 bytes');
  }
  if (
    secureContext !== undefined &&
    typeof secureContext !== 'function' &&
    (typeof secureContext !== 'object' || (secureContext as unknown) === null)
  ) {
    check.problem('tls.secureContext', 'must be what tls.createSecureContext returns, or a function');
  }
  check.boolean('tls.insecureSkipVerify', tls.insecureSkipVerify, false);
  check.boolean('tls.insecureSkipHostnameCheck', tls.insecureSkipHostnameCheck, false);
  checkTogether(tls, check);
  return tls;
}

function checkTogether(tls: TlsOptions, check: OptionChecker): void {
  if (tls.secureContext !== undefined) {
    for (const key of IN_CONTEXT) {
      if (tls[key] !== undefined) check.problem(`tls.${key}`, 'is decided by tls.secureContext; give one or the other');
    }
  }
  if (tls.cert !== undefined && tls.key === undefined)
    check.problem('tls.key', 'must be there when there is a certificate');
  if (tls.key !== undefined && tls.cert === undefined) check.problem('tls.cert', 'must be there when there is a key');
  if (tls.pfx !== undefined && (tls.cert !== undefined || tls.key !== undefined)) {
    check.problem('tls.pfx', 'holds certificate and key; give it or tls.cert and tls.key');
  }
  if (tls.passphrase !== undefined && tls.key === undefined && tls.pfx === undefined) {
    check.problem('tls.passphrase', 'belongs to tls.key or tls.pfx, and there is neither');
  }
  const { minVersion, maxVersion } = tls;
  if (minVersion !== undefined) check.oneOf('tls.minVersion', minVersion, VERSIONS);
  if (maxVersion !== undefined) check.oneOf('tls.maxVersion', maxVersion, VERSIONS);
  if (
    minVersion !== undefined &&
    maxVersion !== undefined &&
    VERSIONS.indexOf(minVersion) > VERSIONS.indexOf(maxVersion)
  ) {
    check.problem('tls.maxVersion', `is older than tls.minVersion (${minVersion})`);
  }
}

/** What of TLS is switched off, for the one warning about it. */
export function insecurities(tls: TlsOptions | undefined): readonly string[] {
  const warnings: string[] = [];
  if (tls?.insecureSkipVerify === true) {
    warnings.push(
      'tls.insecureSkipVerify is on: any certificate is accepted, and anybody in between can read and change everything',
    );
  }
  if (tls?.insecureSkipHostnameCheck === true) {
    warnings.push(
      'tls.insecureSkipHostnameCheck is on: whoever has a certificate for any host can pretend to be this one',
    );
  }
  return warnings;
}

function checkMaterials(path: string, value: unknown, check: OptionChecker): void {
  if (!Array.isArray(value)) checkMaterial(path, value, check);
  else
    for (const [index, each] of (value as unknown[]).entries())
      checkMaterial(`${path}[${String(index)}]`, each ?? null, check);
}

function checkMaterial(path: string, value: unknown, check: OptionChecker): void {
  if (value === undefined || typeof value === 'function') return;
  const reason = materialFault(value, 'pem');
  if (reason !== undefined) check.problem(path, reason);
}

/** What is wrong with a certificate or a key, as far as it can be seen from here. */
export function materialFault(value: unknown, form: 'pem' | 'bytes'): string | undefined {
  if (typeof value === 'string' && form === 'pem') {
    return value.includes('-----BEGIN ') ? undefined : 'must be PEM text; for the path of a file, write { file: path }';
  }
  if (isBytes(value)) return undefined;
  const isFile = typeof value === 'object' && value !== null && Object.keys(value).join() === 'file';
  const file = isFile ? (value as { file: unknown }).file : undefined;
  if (typeof file === 'string' && file !== '' && !file.includes('\0')) return undefined;
  return form === 'pem'
    ? 'must be PEM text, bytes, { file: path } or a function'
    : 'must be bytes, { file: path } or a function';
}

function isAlpn(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '' && utf8Length(each) <= 255)
  );
}
