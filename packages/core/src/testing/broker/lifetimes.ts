import type { Clock } from '../../internal/clock.js';
import { encodeUtf8 } from '../../internal/utf8.js';
import type { Will } from '../../options/connection-options.js';
import type { BrokerMessage } from './broker-message.js';
import type { BrokerLimits } from './broker-options.js';
import type { BrokerSession, Delivery } from './broker-session.js';

/** Session expiry that never comes. [MQTT 5, 3.1.2.11.2] */
const NEVER = 0xffff_ffff;

/** What the end of a session or of a connection causes. */
export interface LifetimeEffects {
  publishWill(message: BrokerMessage, clientId: string): void;
  /** The session is over, and this of consumer groups is left. */
  ended(session: BrokerSession, left: readonly Delivery[]): void;
}

/** How long sessions last, and when wills are published. */
export class Lifetimes {
  readonly #clock: Clock;
  readonly #effects: LifetimeEffects;

  constructor(clock: Clock, effects: LifetimeEffects) {
    this.#clock = clock;
    this.#effects = effects;
  }

  /** A client is back in time. */
  resume(session: BrokerSession): void {
    this.#clock.clearTimeout(session.expiryTimer);
    this.#clock.clearTimeout(session.willTimer);
  }

  /** A client is gone: its will is published, and its session lasts as long as was agreed. */
  leave(session: BrokerSession, limits: BrokerLimits, withWill: boolean, expiry?: number): void {
    const { link } = session;
    if (link === undefined) return;
    session.link = undefined;
    const { request } = link;
    const modern = request.protocolVersion === 5;
    const seconds = modern
      ? Math.min(expiry ?? request.sessionExpiry, limits.sessionExpiryInterval ?? Infinity)
      : request.clean
        ? 0
        : Infinity;
    const { will } = request;
    if (withWill && will !== undefined) {
      // [MQTT-3.1.3-9]: with the session at the latest, and not at all when the client is back before.
      const delay = Math.min(modern ? (will.delay ?? 0) : 0, seconds);
      const publish = (): void => {
        this.#effects.publishWill(messageOf(will), session.clientId);
      };
      if (delay === 0) publish();
      else session.willTimer = this.#clock.setTimeout(publish, delay * 1000);
    }
    if (seconds === 0) this.end(session);
    else if (seconds < NEVER) {
      session.expiryTimer = this.#clock.setTimeout(() => {
        this.end(session);
      }, seconds * 1000);
    }
  }

  /** A session is over. */
  end(session: BrokerSession): void {
    this.#clock.clearTimeout(session.expiryTimer);
    const all = [...Array.from(session.sent.values(), ({ delivery }) => delivery), ...session.waiting.clear()];
    session.sent.clear();
    session.subscriptions.clear();
    this.#effects.ended(
      session,
      all.filter(({ shared }) => shared !== undefined),
    );
  }
}

function messageOf({ topic, payload, qos = 0, retain = false, properties = {} }: Will): BrokerMessage {
  const bytes = typeof payload === 'string' ? encodeUtf8(payload) : new Uint8Array(payload);
  return { topic, payload: bytes, qos, retain, properties, expiresAt: Infinity };
}
