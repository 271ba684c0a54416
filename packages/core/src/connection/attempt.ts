import { CredentialsError, InvalidOptionsError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import type { Credentials, CredentialsProvider } from '../options/connection-options.js';
import { OptionChecker } from '../options/option-checker.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { ProtocolVersion } from '../wire/codec/packet-type.js';
import type { Wire, WireFactory, WireHandlers } from '../wire/wire.js';

/** What differs from attempt to attempt. */
export interface AttemptParameters {
  readonly attempt: number;
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  readonly clean: boolean;
  readonly sessionExpiry: number;
}

/** One attempt: credentials first, then the wire. Given credentials are used at once, without a promise in between. */
export class Attempt {
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  #timer: Timer;
  #wire: Wire | undefined;

  constructor(
    options: ResolvedOptions,
    parameters: AttemptParameters,
    wires: WireFactory,
    clock: Clock,
    handlers: WireHandlers,
    onCredentialsFailed: (error: MqttError) => void,
  ) {
    this.#clock = clock;
    const open = (credentials: Credentials | undefined): void => {
      if (this.#abort.signal.aborted) return;
      this.#wire = wires(
        {
          ...parameters,
          endpoint: options.endpoint,
          keepalive: options.keepalive,
          username: credentials?.username,
          password: credentials?.password,
          will: options.will,
          receiveMaximum: options.inbound.receiveMaximum,
          maximumPacketSize: options.maximumPacketSize,
          userProperties: options.userProperties,
          connectTimeout: options.connectTimeout,
          tls: options.tls,
          webSocket: options.webSocket,
        },
        handlers,
      );
    };
    const { credentials, connectTimeout } = options;
    if (typeof credentials !== 'function') {
      open(credentials);
      return;
    }
    const fail = (cause: unknown): void => {
      if (this.#abort.signal.aborted) return;
      this.abort();
      onCredentialsFailed(new CredentialsError(cause));
    };
    this.#timer = clock.setTimeout(() => {
      fail(new Error(`no credentials came within ${String(connectTimeout)} ms`));
    }, connectTimeout);
    this.#fetch(credentials, parameters.attempt).then((fetched) => {
      clock.clearTimeout(this.#timer);
      open(fetched);
    }, fail);
  }

  /** The wire, once there is one. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** Stops asking for credentials; whoever asked is told by the signal. */
  abort(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #fetch(provider: CredentialsProvider, attempt: number): Promise<Credentials> {
    const credentials = await provider({ attempt, signal: this.#abort.signal });
    const check = new OptionChecker();
    if (check.object('credentials', credentials)) check.credentials('credentials', credentials);
    if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
    return credentials;
  }
}
