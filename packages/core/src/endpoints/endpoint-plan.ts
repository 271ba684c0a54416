import { ConnectionRefusedError, NetworkError, ServerDisconnectError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Random } from '../internal/random.js';
import { type Endpoint, isSecure } from '../options/endpoint.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { type Server, type ServerSource, isSrvLookup } from '../options/server.js';
import { concernsEndpoint } from './concerns-endpoint.js';
import { lookUpSrv } from './look-up-srv.js';
import { readServerReference } from './server-reference.js';

/** Where one attempt goes. */
export interface Target extends Server {
  /** A host that only another server named: what is secret is not for it. */
  readonly foreign: boolean;
}

/**
 * What the failure of an endpoint means for the next attempt. `elsewhere`: another one is to be tried, without a wait.
 * `later`: all have been tried, and for some of them it is worth trying again. `asItIs`: the error decides.
 */
export type Outlook = 'elsewhere' | 'later' | 'asItIs';

type PlanOptions = Pick<ResolvedOptions, 'servers' | 'redirect' | 'webSocket'>;

/** Redirections in a row before it counts as any other failure: servers may send us in a circle. */
const MAX_HOPS = 5;
const USE_ANOTHER_SERVER = 0x9c;
const SERVER_MOVED = 0x9d;

/** Goes through the servers in rounds: each is tried once, in order, and after the last one the reconnect policy waits. */
export class EndpointPlan {
  readonly #options: PlanOptions;
  readonly #random: Random;
  readonly #warn: (error: unknown, what: string) => void;
  /** Hosts that the user's options lead to. */
  readonly #known = new Map<string, Server>();
  #sources: readonly ServerSource[];
  #round: readonly Target[] = [];
  #index = 0;
  #hopeful = false;
  #hops = 0;

  constructor(options: PlanOptions, random: Random, warn: (error: unknown, what: string) => void) {
    this.#options = options;
    this.#random = random;
    this.#warn = warn;
    this.#sources = options.servers;
    for (const source of options.servers) if (!isSrvLookup(source)) this.#know(source);
  }

  /** Where the next attempt goes; a promise only where names must be looked up. */
  next(signal: AbortSignal): Target | Promise<Target> {
    const target = this.#round[this.#index];
    if (target !== undefined) return target;
    if (!this.#sources.some(isSrvLookup)) return this.#begin(this.#sources as readonly Server[]);
    return this.#lookUp(signal).then((found) => this.#begin(found));
  }

  /** An attempt failed, or a connection was lost after it had lasted `stable` long enough or not. */
  lost(error: MqttError, { connected, stable }: { readonly connected: boolean; readonly stable: boolean }): Outlook {
    const target = this.#round[this.#index];
    if (stable) {
      this.#round = [];
      this.#hops = 0;
    }
    if (target === undefined) return 'asItIs';
    if (this.#redirected(error, target.endpoint)) return 'elsewhere';
    if (stable || !concernsEndpoint(error)) return 'asItIs';
    this.#hopeful ||= error.retryable;
    this.#index++;
    // One that accepts and hangs up at once is not hurried away from: it may be us whom it dislikes.
    if (this.#index < this.#round.length) return connected ? 'later' : 'elsewhere';
    this.#round = [];
    return this.#hopeful ? 'later' : 'asItIs';
  }

  #begin(servers: readonly Server[]): Target {
    const trusting = this.#options.redirect === 'followWithCredentials';
    this.#round = servers.map((server) => ({
      ...server,
      foreign: !trusting && !this.#known.has(server.endpoint.host),
    }));
    this.#index = 0;
    this.#hopeful = false;
    return this.#round[0]!;
  }

  /** Those that could be looked up; it fails when there is nobody at all. */
  async #lookUp(signal: AbortSignal): Promise<readonly Server[]> {
    const webPath = this.#options.webSocket?.path ?? '/mqtt';
    const failures: Error[] = [];
    const found = await Promise.all(
      this.#sources.map(async (source) => {
        if (!isSrvLookup(source)) return [source];
        try {
          const endpoints = await lookUpSrv(source, webPath, this.#random, signal);
          return endpoints.map((endpoint) => this.#know({ endpoint, credentials: undefined }));
        } catch (error) {
          failures.push(
            error instanceof Error
              ? error
              : new NetworkError(source.domain, 'the servers could not be looked up', { cause: error }),
          );
          return [];
        }
      }),
    );
    const servers = found.flat();
    if (servers.length === 0) throw failures[0] ?? new NetworkError('DNS', 'no server is known');
    for (const error of failures) this.#warn(error, 'some servers could not be looked up');
    return servers;
  }

  #know(server: Server): Server {
    const { host } = server.endpoint;
    if (!this.#known.has(host)) this.#known.set(host, server);
    return server;
  }

  /** The servers of the options, of which one has moved; one that only DNS or a redirection has named leaves them all. */
  #inPlaceOf({ label }: Endpoint, servers: readonly Server[]): readonly ServerSource[] {
    const all = this.#options.servers;
    const index = all.findIndex((source) => !isSrvLookup(source) && source.endpoint.label === label);
    return index < 0 ? [...servers, ...all] : [...all.slice(0, index), ...servers, ...all.slice(index + 1)];
  }

  /** Follows a server's reference to others, if that is wanted and safe. [MQTT 5, 4.11] */
  #redirected(error: MqttError, from: Endpoint): boolean {
    const { redirect } = this.#options;
    if (redirect === 'ignore') return false;
    if (!(error instanceof ConnectionRefusedError || error instanceof ServerDisconnectError)) return false;
    const { reasonCode, serverReference } = error;
    if ((reasonCode !== USE_ANOTHER_SERVER && reasonCode !== SERVER_MOVED) || serverReference === undefined)
      return false;
    // A server in plain text can be anybody: what is meant for TLS is not for where it sends us.
    const needsTls = (host: string): boolean => {
      const named = this.#known.get(host);
      return named !== undefined && isSecure(named.endpoint);
    };
    const { endpoints, refused } = readServerReference(serverReference, from, needsTls);
    for (const reason of refused) this.#warn(error, `a redirection was not followed: ${reason}`);
    if (endpoints.length === 0) return false;
    if (++this.#hops > MAX_HOPS) {
      this.#hops = 0;
      this.#hopeful = true;
      this.#warn(error, `more than ${String(MAX_HOPS)} redirections in a row; the next attempt waits`);
      return false;
    }
    const servers = endpoints.map((endpoint) => ({
      endpoint,
      credentials: this.#known.get(endpoint.host)?.credentials,
    }));
    if (reasonCode === SERVER_MOVED) this.#sources = this.#inPlaceOf(from, servers);
    this.#begin(servers);
    // Where the reference leads nowhere, the server that gave it may still give another.
    this.#hopeful = true;
    return true;
  }
}
