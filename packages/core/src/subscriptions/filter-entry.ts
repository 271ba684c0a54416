import type { QoS } from '../message/mqtt-message.js';
import { parseSharedFilter } from '../topics/shared-subscription.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import type { ActiveSubscription } from './active-subscription.js';

/** Identifiers remembered per filter: messages sent before a SUBSCRIBE was repeated carry an older one. */
const REMEMBERED_IDS = 4;

/** One filter: who wants it and how, and what the server has been told. */
export class FilterEntry {
  /** As it is sent, `$share/…` included. */
  readonly filter: string;
  /** What topics must match. */
  readonly levels: string;
  readonly subscriptions: ActiveSubscription[] = [];
  /** What the server has granted, and to which request; `undefined` while it has not. */
  granted: { readonly request: SubscribeFilter; readonly qos: QoS } | undefined = undefined;
  /** Whether the server may have it or not: the connection was lost before the answer to our last request came. */
  inDoubt = false;
  /** Whether the observer that left last acknowledged by itself: what still comes must not be lost. */
  leftUnhandled = false;
  /** The packet that is on its way for this filter: one at a time. */
  pending: 'subscribe' | 'unsubscribe' | undefined = undefined;
  /** Subscription identifiers under which its messages may come, the newest last. */
  readonly ids: number[] = [];

  constructor(filter: string) {
    this.filter = filter;
    this.levels = parseSharedFilter(filter)?.filter ?? filter;
  }

  /** What must be sent so that the server does what is wanted now; `undefined` when nothing must. */
  request(): SubscribeFilter | undefined {
    const wish = this.#wish();
    if (wish === undefined || this.granted === undefined) return wish;
    const { request } = this.granted;
    const unchanged =
      wish.qos <= request.qos &&
      wish.noLocal === request.noLocal &&
      wish.retainAsPublished === request.retainAsPublished;
    // A filter that the server has already is not to bring its retained messages again to everybody.
    return unchanged ? undefined : { ...wish, retainHandling: wish.retainHandling === 2 ? 2 : 1 };
  }

  remember(id: number): void {
    this.ids.push(id);
    if (this.ids.length > REMEMBERED_IDS) this.ids.shift();
  }

  /** The union of what the subscriptions want: the highest QoS, and restrictions only where all want them. */
  #wish(): SubscribeFilter | undefined {
    if (this.subscriptions.length === 0) return undefined;
    let qos: QoS = 0;
    let noLocal = true;
    let retainAsPublished = false;
    let retainHandling: 0 | 1 | 2 = 2;
    for (const { options } of this.subscriptions) {
      if (options.qos > qos) qos = options.qos;
      noLocal &&= options.noLocal;
      retainAsPublished ||= options.retainAsPublished;
      if (options.retainHandling < retainHandling) retainHandling = options.retainHandling;
    }
    return { filter: this.filter, qos, noLocal, retainAsPublished, retainHandling };
  }
}
