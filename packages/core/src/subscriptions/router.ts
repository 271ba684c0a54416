import type { Delivery, DeliveryResult } from '../inbound/delivery.js';
import type { Handling } from '../inbound/handling.js';
import type { InboundMessage } from '../message/inbound-message.js';
import { rememberTopic } from '../internal/remember-topic.js';
import { TopicTrie } from '../topics/topic-trie.js';
import type { FilterEntry, LeftBy } from './filter-entry.js';
import { retainedTakers } from './retained-takers.js';
import { identifierFor, type Route, routeOf, takersOf } from './route.js';

const MAX_CACHED_ROUTES = 10_000;
const MAX_RETIRED = 1_000;

/**
 * Finds the observers of a message. A server that knows subscription identifiers sends one copy per matching filter, each
 * with the identifier of its SUBSCRIBE; each observer takes the copy of its first matching filter, and so one. Without
 * identifiers every observer of a matching filter takes the copy that comes.
 */
export class Router implements Delivery {
  readonly #trie = new TopicTrie<FilterEntry>();
  /** Identifiers in use, with the number of filters that remember them. */
  readonly #ids = new Map<number, number>();
  /** Topics repeat; what was found for one is kept until the filters change. */
  readonly #routes = new Map<string, Route>();
  #resumed = false;
  /** Identifiers of filters that are gone, whose messages may still come; with who left some unhandled. */
  readonly #retired = new Map<number, LeftBy>();

  add(entry: FilterEntry): void {
    this.#trie.add(entry.filter, entry);
    this.changed();
  }

  remove(entry: FilterEntry): void {
    this.#trie.remove(entry.filter, entry);
    for (const id of entry.ids) this.#retire(id, entry.leftBy);
    this.changed();
  }

  /** The messages of this filter may come under this identifier from now on; the list may be that of many. */
  identify(entry: FilterEntry, added: readonly [number]): void {
    const [id] = added;
    this.#ids.set(id, (this.#ids.get(id) ?? 0) + 1);
    for (const before of entry.remember(added)) this.#forget(before);
  }

  /** The server has forgotten all filters, and with them their identifiers. */
  forgetIds(entry: FilterEntry): void {
    for (const id of entry.ids) this.#forget(id);
    entry.ids = [];
  }

  /** Who observes what has changed. */
  changed(): void {
    if (this.#routes.size > 0) this.#routes.clear();
  }

  /** The server resumes a session: it may send what was subscribed before anybody here observes. */
  resumed(sessionPresent: boolean): void {
    this.#resumed = sessionPresent;
    if (!sessionPresent) this.#retired.clear();
  }

  deliver(message: InboundMessage, handling: (() => Handling) | undefined): DeliveryResult {
    const route = this.#routes.get(message.topic) ?? this.#find(message.topic);
    const { all, byEntry } = route;
    const { subscriptionId } = message;
    const isIdentified = subscriptionId !== 0 && this.#ids.has(subscriptionId);
    if (!isIdentified && this.#retired.has(subscriptionId)) {
      return isOwed(this.#retired.get(subscriptionId), all) ? 'unobserved' : 'unwanted';
    }
    if (message.retain) return this.#deliverRetained(message, handling, route, isIdentified);
    if (!isIdentified) {
      for (const subscription of all) subscription.deliver(message, handling);
      return all.length > 0 ? 'delivered' : this.#unhandled(route);
    }
    let delivered = false;
    for (const each of byEntry) {
      const id = identifierFor(message, each.entry);
      if (id === undefined) continue;
      delivered ||= each.entry.wishes.size > 0;
      for (const subscription of takersOf(each, id)) subscription.deliver(message, handling);
    }
    return delivered ? 'delivered' : this.#unhandled(route);
  }

  #deliverRetained(
    message: InboundMessage,
    handling: (() => Handling) | undefined,
    route: Route,
    isIdentified: boolean,
  ): DeliveryResult {
    for (const subscription of retainedTakers(message, route, isIdentified)) subscription.deliver(message, handling);
    // Who observes and does not take it has had it, or does not want it.
    return route.all.length > 0 ? 'delivered' : this.#unhandled(route);
  }

  /** Nobody took it: did nobody want it any more, or nobody yet? */
  #unhandled({ all, byEntry }: Route): DeliveryResult {
    const isMissed = byEntry.length === 0 ? this.#resumed : byEntry.some(({ entry }) => isOwed(entry.leftBy, all));
    return isMissed ? 'unobserved' : 'unwanted';
  }

  #find(topic: string): Route {
    const entries = this.#trie.match(topic, []);
    const route = routeOf(topic, entries);
    rememberTopic(this.#routes, topic, route, MAX_CACHED_ROUTES);
    return route;
  }

  #retire(id: number, leftBy: LeftBy): void {
    this.#forget(id);
    if (this.#ids.has(id)) return;
    this.#retired.set(id, leftBy);
    const [oldest] = this.#retired.keys();
    if (this.#retired.size > MAX_RETIRED && oldest !== undefined) this.#retired.delete(oldest);
  }

  #forget(id: number): void {
    const count = this.#ids.get(id) ?? 0;
    if (count > 1) this.#ids.set(id, count - 1);
    else this.#ids.delete(id);
  }
}

/** Whether somebody has left messages unhandled who gets none for the topic by another filter. */
function isOwed(leftBy: LeftBy, all: readonly LeftBy[]): boolean {
  return leftBy !== undefined && !all.includes(leftBy);
}
