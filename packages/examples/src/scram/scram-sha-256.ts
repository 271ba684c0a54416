import type { Authentication, AuthenticationExchange } from '@rxmqtt/core';

/** Who we are, and what only we and the server know. */
export interface ScramCredentials {
  readonly username: string;
  readonly password: string;
}

/** What SCRAM-SHA-256 may be told besides. */
export interface ScramOptions {
  /** Iterations that we put up with, at least and at most: fewer are too weak, more would keep us busy. [RFC 7677, 4] */
  readonly iterations?: { readonly min: number; readonly max: number };
  /** Makes the client's nonce: printable, without commas. Defaults to 24 random letters and digits. */
  readonly nonce?: () => string;
}

const GS2_HEADER = 'n,,';
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * SCRAM-SHA-256 for MQTT 5 [RFC 5802, RFC 7677]: the password never travels, and the server proves that it knows it, too.
 *
 * @example
 * ```ts
 * const connection = createConnection('mqtts://broker.example.org', {
 *   authentication: scramSha256({ username: 'plant-7', password: secret }),
 * });
 * ```
 */
export function scramSha256({ username, password }: ScramCredentials, options: ScramOptions = {}): Authentication {
  const { iterations = { min: 4_096, max: 1_000_000 }, nonce = randomNonce } = options;
  return {
    method: 'SCRAM-SHA-256',
    start: () => {
      const clientNonce = nonce();
      const clientFirst = `n=${username.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${clientNonce}`;
      return exchange(clientFirst, clientNonce, password.normalize('NFKC'), iterations);
    },
  };
}

function exchange(
  clientFirst: string,
  clientNonce: string,
  password: string,
  { min, max }: { readonly min: number; readonly max: number },
): AuthenticationExchange {
  /** What the server has to say at the end, known when we have answered. */
  let expected: string | undefined;
  return {
    initialData: encoder.encode(GS2_HEADER + clientFirst),

    async continue(data) {
      if (expected !== undefined) throw new Error('the server asks a second time');
      const serverFirst = textOf(data);
      const { r: serverNonce = '', s: salt = '', i: count = '', m } = attributes(serverFirst);
      if (m !== undefined) throw new Error('the server wants an extension that is not known here');
      // Without our nonce in it, it may be an answer to somebody else.
      if (!serverNonce.startsWith(clientNonce) || serverNonce === clientNonce)
        throw new Error('the nonce of the server is not made of ours');
      const iterations = /^[1-9]\d{0,9}$/.test(count) ? Number(count) : 0;
      if (iterations < min || iterations > max) throw new Error(`the server wants ${String(iterations)} iterations`);

      const clientFinal = `c=${toBase64(encoder.encode(GS2_HEADER))},r=${serverNonce}`;
      const authMessage = encoder.encode(`${clientFirst},${serverFirst},${clientFinal}`);
      const salted = await saltPassword(password, fromBase64(salt), iterations);
      const clientKey = await hmac(salted, encoder.encode('Client Key'));
      const storedKey = new Uint8Array(await crypto.subtle.digest('SHA-256', clientKey));
      const signature = await hmac(storedKey, authMessage);
      const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
      const serverKey = await hmac(salted, encoder.encode('Server Key'));
      expected = toBase64(await hmac(serverKey, authMessage));
      return encoder.encode(`${clientFinal},p=${toBase64(proof)}`);
    },

    finish(data) {
      const { v } = attributes(textOf(data));
      if (expected === undefined || v === undefined || !isSame(v, expected))
        throw new Error('the server does not know the password');
    },
  };
}

/** `a=1,b=2` as an object; nothing that is said twice is believed. */
function attributes(message: string): Readonly<Partial<Record<string, string>>> {
  const found: Partial<Record<string, string>> = Object.create(null) as Partial<Record<string, string>>;
  for (const part of message.split(',')) {
    if (part.charAt(1) !== '=') throw new Error('the server does not speak SCRAM');
    const name = part.charAt(0);
    if (found[name] !== undefined) throw new Error('the server says something twice');
    found[name] = part.slice(2);
  }
  return found;
}

async function saltPassword(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', encoder.encode(password), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256),
  );
}

async function hmac(
  secret: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
}

/** Compares in a time that does not tell where the difference is. */
function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function textOf(data: Uint8Array | undefined): string {
  if (data === undefined) throw new Error('the server said nothing');
  return decoder.decode(data);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(18)));
}
