import { hideAddresses, hideSecrets } from './hide-secrets.js';
import { MqttError } from './mqtt-error.js';
import { describeAnswer, describeReason } from './reason-code.js';
import { reactionTo } from './reason-reactions.js';
import { withoutAddresses } from './safe-words.js';

/** The server answered CONNECT with a refusal. `retryable` tells whether the refusal may pass by itself. */
export class ConnectionRefusedError extends MqttError {
  declare readonly reasonCode: number;
  /** Host and port of the server. */
  readonly endpoint: string;
  /** The text that the server sent with its refusal (MQTT 5). */
  readonly reasonString: string | undefined;
  /** Another server to use, as the server said it (MQTT 5, 0x9C and 0x9D). */
  readonly serverReference: string | undefined;

  constructor(endpoint: string, reasonCode: number, details: { reasonString?: string; serverReference?: string } = {}) {
    super(
      'ERR_MQTT_CONNECTION_REFUSED',
      `${endpoint} refused the connection with ${describeAnswer(reasonCode, details.reasonString)}`,
      { reasonCode, retryable: reactionTo('connack', reasonCode) === 'backOff' },
    );
    this.endpoint = endpoint;
    this.reasonString = details.reasonString;
    this.serverReference = details.serverReference;
  }
}

/** What sockets and proxies say may hold a URL, and their errors what they were given. */
function harmless<O extends { readonly cause?: unknown }>(options: O): O {
  return 'cause' in options ? { ...options, cause: hideAddresses(options.cause) } : options;
}

/** The transport could not be opened, or broke. Worth another attempt. */
export class NetworkError extends MqttError {
  /** Host and port of the server. */
  readonly endpoint: string;

  constructor(endpoint: string, what: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super('ERR_MQTT_NETWORK', `${withoutAddresses(what)} (${endpoint})`, { retryable: true, ...harmless(options) });
    this.endpoint = endpoint;
  }
}

/**
 * TLS could not trust the other side: the server's certificate is not valid, not for this host, or of an unknown authority; or the
 * server did not accept ours. Trying again does not mend that.
 */
export class CertificateError extends MqttError {
  /** Host and port of the server. */
  readonly endpoint: string;
  /** What OpenSSL or Node call it, such as `CERT_HAS_EXPIRED`. */
  readonly reason: string;

  constructor(endpoint: string, reason: string, what: string, options: { cause?: unknown } = {}) {
    super('ERR_MQTT_CERTIFICATE', `${withoutAddresses(what)} (${endpoint})`, {
      retryable: false,
      ...harmless(options),
    });
    this.endpoint = endpoint;
    this.reason = reason;
  }
}

/** The server answered the WebSocket handshake with something else. `retryable` for what passes by itself, such as 503. */
export class HandshakeError extends MqttError {
  /** Host and port of the server. */
  readonly endpoint: string;
  /** The HTTP status, where there was one and the platform shows it: browsers do not. */
  readonly status: number | undefined;

  constructor(endpoint: string, status: number | undefined, options: { cause?: unknown; retryable?: boolean } = {}) {
    const what = status === undefined ? 'without a valid answer' : `with HTTP status ${String(status)}`;
    super('ERR_MQTT_HANDSHAKE', `${endpoint} ended the WebSocket handshake ${what}; is the path right?`, {
      retryable: status === undefined || status >= 500 || status === 408 || status === 425 || status === 429,
      ...harmless(options),
    });
    this.endpoint = endpoint;
    this.status = status;
  }
}

/** The proxy could not be reached, or did not connect to the server. Worth another attempt, unless it refused us. */
export class ProxyError extends MqttError {
  /** Protocol, host and port of the proxy. */
  readonly proxy: string;
  /** Host and port of the server. */
  readonly endpoint: string;
  /** The HTTP status with which it answered CONNECT. */
  readonly status: number | undefined;

  constructor(
    proxy: string,
    endpoint: string,
    what: string,
    options: { status?: number; cause?: unknown; retryable?: boolean } = {},
  ) {
    const { status, ...rest } = options;
    super('ERR_MQTT_PROXY', `the proxy ${proxy} ${withoutAddresses(what)} (${endpoint})`, {
      retryable: true,
      ...harmless(rest),
    });
    this.proxy = proxy;
    this.endpoint = endpoint;
    this.status = status;
  }
}

/**
 * A function or a file among the options, which is asked anew for each attempt, failed or gave something unusable. `cause` tells
 * what, without anything that might be secret; `originalCause(error.cause)` is what was thrown.
 */
export class ProviderError extends MqttError {
  /** The option, such as `tls.key`. */
  readonly option: string;

  constructor(option: string, cause: unknown) {
    super('ERR_MQTT_PROVIDER', `what ${option} asks for in each attempt could not be had; see cause`, {
      cause: hideSecrets(cause),
      retryable: true,
    });
    this.option = option;
  }
}

/** No CONNACK came within `connectTimeout`. */
export class ConnectTimeoutError extends MqttError {
  /** Host and port of the server. */
  readonly endpoint: string;

  constructor(endpoint: string, timeout: number) {
    super(
      'ERR_MQTT_CONNECT_TIMEOUT',
      `${endpoint} did not answer CONNECT within ${String(timeout)} ms; is it an MQTT server, and reachable?`,
      { retryable: true },
    );
    this.endpoint = endpoint;
  }
}

/** The server stayed silent for one and a half times the keepalive. */
export class KeepaliveTimeoutError extends MqttError {
  constructor(endpoint: string, keepalive: number) {
    super('ERR_MQTT_KEEPALIVE_TIMEOUT', `${endpoint} answered no ping within 1.5 x ${String(keepalive)} s keepalive`, {
      retryable: true,
    });
  }
}

/** The server sent what MQTT forbids; the connection was closed. `reasonCode` is the one sent in DISCONNECT. */
export class ProtocolError extends MqttError {
  declare readonly reasonCode: number;

  constructor(reasonCode: number, what: string, options: { cause?: unknown } = {}) {
    super('ERR_MQTT_PROTOCOL', `the server broke the protocol: ${what} [${describeReason(reasonCode)}]`, {
      ...options,
      reasonCode,
      retryable: true,
    });
  }
}

/** The server ended the connection with a DISCONNECT (MQTT 5). */
export class ServerDisconnectError extends MqttError {
  declare readonly reasonCode: number;
  /** The text that the server sent with its DISCONNECT. */
  readonly reasonString: string | undefined;
  /** Another server to use, as the server said it. */
  readonly serverReference: string | undefined;

  constructor(endpoint: string, reasonCode: number, details: { reasonString?: string; serverReference?: string } = {}) {
    super(
      'ERR_MQTT_SERVER_DISCONNECT',
      `${endpoint} disconnected with ${describeAnswer(reasonCode, details.reasonString)}`,
      {
        reasonCode,
        retryable: reactionTo('disconnect', reasonCode) === 'backOff',
      },
    );
    this.reasonString = details.reasonString;
    this.serverReference = details.serverReference;
  }
}

/**
 * The credentials function threw, rejected or returned something unusable. `cause` tells what, without anything that might be
 * secret; `originalCause(error.cause)` is what was thrown.
 */
export class CredentialsError extends MqttError {
  constructor(cause: unknown) {
    super('ERR_MQTT_CREDENTIALS', 'the credentials function failed; see cause', {
      cause: hideSecrets(cause),
      retryable: true,
    });
  }
}

/** The connection was closed by the user, or has ended for good; the call cannot be served any more. */
export class ClosedError extends MqttError {
  constructor(what: string, options: { cause?: unknown } = {}) {
    super('ERR_MQTT_CLOSED', what, options);
  }
}

/** The server, the protocol version or the platform does not offer what was asked. */
export class UnsupportedError extends MqttError {
  constructor(what: string) {
    super('ERR_MQTT_UNSUPPORTED', what);
  }
}

/** One or more options cannot be used. `problems` lists them all, each with the path of the option. */
export class InvalidOptionsError extends MqttError {
  /** All problems found, not only the first. */
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    const lines = problems.map(({ path, reason }) => `${path}: ${reason}`);
    super('ERR_MQTT_INVALID_OPTIONS', `these options cannot be used: ${lines.join('; ')}`);
    this.problems = problems;
  }
}

/** One unusable option. */
export interface OptionProblem {
  /** Where, such as `reconnect.maxDelay`. */
  readonly path: string;
  /** What is wrong, and what would be right. */
  readonly reason: string;
}
