import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, as PEM and as files. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority, and what it has certified; made anew for each run, by openssl. */
export interface Certificates {
  readonly ca: string;
  readonly caFile: string;
  /** For localhost and 127.0.0.1. */
  readonly server: Identity;
  /** For another host. */
  readonly elsewhere: Identity;
  /** For localhost, but not any more. */
  readonly expired: Identity;
  readonly client: Identity;
  /** The key of `client` under the passphrase `open sesame`. */
  readonly encryptedKey: string;
  /** Certificate and key of `client` in one file, under the same passphrase. */
  readonly pfx: Uint8Array;
  /** Of an authority that nobody knows. */
  readonly stranger: Identity;
  remove(): void;
}

export const PASSPHRASE = 'open sesame';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-certificates-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const authority = (name: string): void => {
    openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  };
  const identity = (name: string, issuer: string, names: string): Identity => {
    writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`);
    openssl('req', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const lasts = name === 'expired' ? '0' : '2';
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`, '-CAcreateserial', '-out', `${name}.crt`, '-days', lasts, '-extfile', `${name}.ext`); // prettier-ignore
    return {
      cert: readFileSync(at(`${name}.crt`), 'utf8'),
      key: readFileSync(at(`${name}.key`), 'utf8'),
      certFile: at(`${name}.crt`),
      keyFile: at(`${name}.key`),
    };
  };
  authority('ca');
  authority('stranger-ca');
  const client = identity('client', 'ca', 'DNS:client');
  openssl('pkcs8', '-topk8', '-in', 'client.key', '-out', 'client.enc.key', '-passout', `pass:${PASSPHRASE}`);
  openssl(
    'pkcs12',
    '-export',
    '-in',
    'client.crt',
    '-inkey',
    'client.key',
    '-out',
    'client.pfx',
    '-passout',
    `pass:${PASSPHRASE}`,
  );
  return {
    ca: readFileSync(at('ca.crt'), 'utf8'),
    caFile: at('ca.crt'),
    server: identity('server', 'ca', 'DNS:localhost,IP:127.0.0.1'),
    elsewhere: identity('elsewhere', 'ca', 'DNS:elsewhere.test'),
    expired: identity('expired', 'ca', 'DNS:localhost,IP:127.0.0.1'),
    client,
    encryptedKey: readFileSync(at('client.enc.key'), 'utf8'),
    pfx: new Uint8Array(readFileSync(at('client.pfx'))),
    stranger: identity('stranger', 'stranger-ca', 'DNS:localhost,IP:127.0.0.1'),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
