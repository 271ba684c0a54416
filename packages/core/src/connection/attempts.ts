import type { EndpointPlan } from '../endpoints/endpoint-plan.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { assertNever } from '../internal/assert-never.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { AuthPacket } from '../wire/codec/auth-codec.js';
import type { Connack } from '../wire/codec/connack-decoder.js';
import type { ConnectRequest, Wire, WireHandlers } from '../wire/wire.js';
import { Attempt, type AttemptDependencies } from './attempt.js';
import { authenticationStep } from './authentication-step.js';
import type { EndedBy } from './connection-state.js';
import { credentialsStep } from './credentials-step.js';
import { endpointStep, NOWHERE } from './endpoint-step.js';
import { judgeConnack } from './judge-connack.js';
import type { Negotiated } from './negotiated.js';
import type { PreparationStep } from './preparation.js';
import { type SessionPlan, sessionStep } from './session-plan.js';
import { willStep } from './will-step.js';

/** What becomes of attempts. */
export interface AttemptEvents {
  /** CONNACK has accepted. */
  accepted(wire: Wire, negotiated: Negotiated): void;
  /** No wire came about, or the one that there was is gone. */
  lost(error: MqttError, by: EndedBy): void;
}

/**
 * Makes connections, one at a time: endpoint → session → credentials → will → authentication → wire → CONNACK. What the server's answer calls for at once,
 * such as the older protocol, is done here; when to try again after a failure is decided elsewhere.
 */
export class Attempts {
  readonly #options: ResolvedOptions;
  readonly #plan: SessionPlan;
  readonly #dependencies: AttemptDependencies;
  readonly #handlers: Omit<WireHandlers, 'connack' | 'auth' | 'closed'>;
  readonly #events: AttemptEvents;
  #current: Attempt | undefined;

  /**
   * @param dependencies `steps` are further ones, behind those of the options.
   * @param handlers for the packets about messages.
   */
  constructor(
    options: ResolvedOptions,
    plan: SessionPlan,
    endpoints: EndpointPlan,
    { wires, clock, steps }: Omit<AttemptDependencies, 'authentication'>,
    handlers: Omit<WireHandlers, 'connack' | 'auth' | 'closed'>,
    events: AttemptEvents,
  ) {
    this.#options = options;
    this.#plan = plan;
    const { authentication } = options;
    this.#dependencies = {
      steps: [...preparationSteps(options, endpoints, plan), ...steps],
      wires,
      clock,
      authentication,
    };
    this.#handlers = handlers;
    this.#events = events;
  }

  /** The wire of the attempt that runs, or of the connection that came of it. */
  get wire(): Wire | undefined {
    return this.#current?.wire;
  }

  /** Starts an attempt. */
  start(number: number): void {
    const attempt = new Attempt(this.#dependencies);
    this.#current = attempt;
    const handlers = {
      ...this.#handlers,
      auth: (packet: AuthPacket) => {
        attempt.authenticator?.received(packet);
      },
      connack: (connack: Connack) => {
        const { wire, request } = attempt;
        if (wire === undefined || request === undefined) return;
        const answered = (): void => {
          this.#answered(wire, connack, request);
        };
        if (connack.reasonCode === 0 && attempt.authenticator !== undefined) {
          attempt.authenticator.accepted(connack.properties.authenticationData, answered);
        } else answered();
      },
      closed: (error: MqttError, by: EndedBy) => {
        attempt.authenticator?.stop(error);
        this.#events.lost(error, by);
      },
    };
    attempt.start(connectRequest(this.#options, number), handlers, (error) => {
      this.#events.lost(error, 'client');
    });
  }

  /** Renews the authentication of the connection; `undefined` where there is none to renew. */
  renew(): Promise<void> | undefined {
    const { authenticator, request } = this.#current ?? {};
    return request && authenticator?.renew({ attempt: request.attempt, endpoint: request.endpoint });
  }

  /** Stops preparing; a wire that is there is left alone. */
  abort(): void {
    this.#current?.abort();
  }

  /** The wire is gone, or none of ours any more. */
  forget(error: MqttError): void {
    this.#current?.authenticator?.stop(error);
    this.#current = undefined;
  }

  #answered(wire: Wire, connack: Connack, request: ConnectRequest): void {
    const verdict = judgeConnack(connack, request, this.#plan);
    switch (verdict.type) {
      case 'accepted':
        wire.accept(verdict.negotiated.keepalive);
        this.#events.accepted(wire, verdict.negotiated);
        return;
      case 'fallBack':
        wire.destroy();
        this.start(request.attempt);
        return;
      case 'cleaned':
        wire.end(0, undefined, () => {
          // Unless all was over meanwhile.
          if (this.wire === wire) this.start(request.attempt);
        });
        return;
      case 'refused':
        wire.destroy();
        this.#events.lost(verdict.error, 'server');
        return;
      case 'forbidden':
        wire.fail(verdict.error);
        return;
      default:
        assertNever(verdict);
    }
  }
}

/** What every attempt has to find out, in this order. */
function preparationSteps(
  options: ResolvedOptions,
  endpoints: EndpointPlan,
  plan: SessionPlan,
): readonly PreparationStep[] {
  return [
    endpointStep(endpoints),
    sessionStep(plan),
    credentialsStep(options.credentials),
    willStep(options.will),
    authenticationStep(options.authentication),
  ];
}

/** What the options say for every attempt; the steps fill in what differs. */
function connectRequest(options: ResolvedOptions, attempt: number): ConnectRequest {
  return {
    attempt,
    endpoint: NOWHERE,
    foreign: false,
    protocolVersion: 5,
    clientId: options.clientId,
    clean: true,
    sessionExpiry: options.sessionExpiry,
    keepalive: options.keepalive,
    username: undefined,
    password: undefined,
    will: undefined,
    receiveMaximum: options.inbound.receiveMaximum,
    maximumPacketSize: options.maximumPacketSize,
    userProperties: options.userProperties,
    authentication: undefined,
    connectTimeout: options.connectTimeout,
    tls: options.tls,
    webSocket: options.webSocket,
    proxy: options.proxy,
    socket: options.socket,
    transport: options.transport,
  };
}
