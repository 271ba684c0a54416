import { matchTopic } from '../../topics/match-topic.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { BrokerMessage } from './broker-message.js';
import type { BrokerSession, BrokerSubscription, Delivery } from './broker-session.js';

/** Which sessions get a message, and how. */
export interface Route {
  readonly session: BrokerSession;
  readonly delivery: Delivery;
}

/** How a message is copied to a client several of whose filters match. [MQTT-3.3.4-2] */
export type OverlapPolicy = 'each' | 'once';

/** Finds who gets what: everybody whose filters match, and of each consumer group one member, in turn. */
export class Distribution {
  readonly #turns = new Map<string, number>();

  /** @param modernIds whether a session is told the identifiers of its subscriptions. */
  routes(
    message: BrokerMessage,
    from: string | undefined,
    sessions: Iterable<BrokerSession>,
    overlap: (session: BrokerSession) => OverlapPolicy,
  ): Route[] {
    const routes: Route[] = [];
    const groups = new Map<string, { session: BrokerSession; subscription: BrokerSubscription }[]>();
    for (const session of sessions) {
      const own: BrokerSubscription[] = [];
      for (const subscription of session.subscriptions.values()) {
        if (!matchTopic(subscription.match, message.topic)) continue;
        if (subscription.group !== undefined) {
          const members = groups.get(subscription.filter) ?? [];
          members.push({ session, subscription });
          groups.set(subscription.filter, members);
        } else if (!(subscription.noLocal && session.clientId === from)) own.push(subscription);
      }
      if (own.length === 0) continue;
      const copies = overlap(session) === 'once' ? [own] : own.map((each) => [each]);
      for (const copy of copies) routes.push({ session, delivery: deliveryOf(message, copy, undefined) });
    }
    for (const [filter, members] of groups) {
      const { session, subscription } = this.#next(filter, members);
      routes.push({ session, delivery: deliveryOf(message, [subscription], subscription) });
    }
    return routes;
  }

  /** Members that are connected come before those that are not. */
  #next<Member extends { readonly session: BrokerSession }>(filter: string, members: readonly Member[]): Member {
    const connected = members.filter(({ session }) => session.link !== undefined);
    const candidates = connected.length > 0 ? connected : members;
    const turn = this.#turns.get(filter) ?? 0;
    this.#turns.set(filter, turn + 1);
    return candidates[turn % candidates.length]!;
  }
}

function deliveryOf(
  message: BrokerMessage,
  subscriptions: readonly BrokerSubscription[],
  shared: BrokerSubscription | undefined,
): Delivery {
  const qos = Math.min(message.qos, Math.max(...subscriptions.map((each) => each.qos))) as QoS;
  return {
    message,
    qos,
    retain: message.retain && subscriptions.some((each) => each.retainAsPublished),
    subscriptionIds: subscriptions.map(({ id }) => id).filter((id) => id > 0),
    shared,
  };
}
