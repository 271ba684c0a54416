import type { Endpoint } from './endpoint.js';

/** What a function that is asked anew for each attempt gets to know. */
export interface AttemptContext {
  /** The number of this attempt since the last stable connection, from 1. */
  readonly attempt: number;
  /** Where this attempt goes. */
  readonly endpoint: Endpoint;
  /** Aborted when the attempt is over before it has succeeded: its time is up, or the connection was closed. */
  readonly signal: AbortSignal;
}

/** A value, or a function that is asked for it anew at each attempt. If it throws or rejects, that attempt has failed. */
export type PerAttempt<T> = T | ((context: AttemptContext) => T | PromiseLike<T>);

/** PEM text, its bytes, or a file that holds it, read anew at each attempt. */
export type TlsMaterial = string | Uint8Array | { readonly file: string };

/** Versions of TLS. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** TLS settings, for `mqtts` and `wss`. Node only: in browsers the browser decides. */
export interface TlsOptions {
  /** Certificate authorities to trust instead of the well-known ones. */
  readonly ca?: PerAttempt<TlsMaterial | readonly TlsMaterial[]>;
  /** The client's certificate, with the chain to its authority. Needs `key`. */
  readonly cert?: PerAttempt<TlsMaterial>;
  /** The client's private key. Needs `cert`. */
  readonly key?: PerAttempt<TlsMaterial>;
  /** Certificate and key in one PKCS#12 file, instead of `cert` and `key`; bytes or a file. */
  readonly pfx?: PerAttempt<Uint8Array | { readonly file: string }>;
  /** The passphrase of `key` or `pfx`. */
  readonly passphrase?: PerAttempt<string>;
  /** The name to verify and to send as SNI. Defaults to the host. */
  readonly serverName?: string;
  /** Protocols offered by ALPN, such as `x-amzn-mqtt-ca` for AWS on port 443. */
  readonly alpnProtocols?: readonly string[];
  /** The oldest version to speak. Defaults to Node's, which is TLS 1.2. */
  readonly minVersion?: TlsVersion;
  /** The newest version to speak. Defaults to Node's, which is TLS 1.3. */
  readonly maxVersion?: TlsVersion;
  /** Ciphers in OpenSSL's notation. Defaults to Node's. */
  readonly ciphers?: string;
  /** A context made by `tls.createSecureContext` of Node, instead of `ca`, `cert`, `key`, versions and ciphers. */
  readonly secureContext?: PerAttempt<object>;
  /**
   * Accept any certificate. For tests only: anybody in between can read and change everything. There is one `warning`.
   * Defaults to `false`.
   */
  readonly insecureSkipVerify?: boolean;
  /**
   * Accept a certificate that was made for another host, as long as a trusted authority made it. There is one `warning`.
   * Defaults to `false`.
   */
  readonly insecureSkipHostnameCheck?: boolean;
}

/** WebSocket settings, for `ws` and `wss`. */
export interface WebSocketOptions {
  /** The path, with its query, of servers whose URL has none. Defaults to `/mqtt`. */
  readonly path?: string;
  /** Headers of the handshake. Node only: browsers do not let a page set them. */
  readonly headers?: PerAttempt<Readonly<Record<string, string>>>;
  /** What the client offers to speak. Defaults to `mqtt`, and on MQTT 3.1 to `mqttv3.1`. */
  readonly subprotocol?: string;
  /**
   * Makes the URL of each attempt from the one it would have, such as a signed one. It may lead elsewhere, but not from `wss`
   * to `ws`. In errors its query never shows.
   */
  readonly url?: (url: string, context: AttemptContext) => string | PromiseLike<string>;
}

/** Settings of the TCP socket. Node only. */
export interface SocketOptions {
  /** Send at once instead of collecting small packets (Nagle); a WebSocket always does. Defaults to `true`. */
  readonly noDelay?: boolean;
  /**
   * Read a stream of small pieces, such as a server sends that writes each message by itself, a millisecond's worth at a time.
   * Begins at some 8,000 pieces a second, and ends where it slows the stream down. Saves two thirds of the CPU time that such
   * messages cost; one may come 1 to 2 ms later. While listeners are behind and reading is paused, a peer that is gone is found
   * out by the next ping. TCP and TLS. Defaults to `true`.
   */
  readonly coalesceReads?: boolean;
  /** Let TCP itself probe an idle connection. MQTT's own keepalive finds dead peers without it. Defaults to `false`. */
  readonly keepAlive?: boolean;
  /** Milliseconds of silence before the first probe. Needs `keepAlive`. Defaults to what the system does, often two hours. */
  readonly keepAliveInitialDelay?: number;
  /** The address of this machine to connect from. Defaults to what the system chooses. */
  readonly localAddress?: string;
  /** The port of this machine to connect from. Defaults to any. */
  readonly localPort?: number;
  /** Only IPv4 or only IPv6. Defaults to both, whichever answers first. */
  readonly family?: 4 | 6;
}

/**
 * A proxy, as a URL or in parts. `socks4` and `socks5` look up the server's name here, `socks4a` and `socks5h` let the proxy do
 * it; `http` asks by CONNECT, `https` does so over TLS.
 */
export type ProxyOption = ProxyParts | 'env' | (string & {});

/** How a proxy is spoken to. */
export type ProxyProtocol = 'socks4' | 'socks4a' | 'socks5' | 'socks5h' | 'http' | 'https';

/** A proxy in parts. */
export interface ProxyParts {
  readonly protocol: ProxyProtocol;
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  /** Defaults to 1080 for SOCKS, 80 for `http` and 443 for `https`. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
}

/** A byte stream that something else has opened: a Node `Duplex`, or the two halves of a web stream. */
export type TransportStream = NodeDuplex | WebDuplex;

/** What is used of a Node `Duplex`. */
export interface NodeDuplex {
  readonly writableLength: number;
  on(event: string, listener: (...values: never[]) => void): unknown;
  write(chunk: Uint8Array): boolean;
  pause(): unknown;
  resume(): unknown;
  end(): unknown;
  destroy(error?: Error): unknown;
}

/** The two halves of a stream of the web, such as a `WebTransportBidirectionalStream`. */
export interface WebDuplex {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** Opens the byte stream of one attempt. MQTT is spoken on it as it is, whatever the scheme of the server's URL. */
export type TransportProvider = (context: AttemptContext) => TransportStream | PromiseLike<TransportStream>;
