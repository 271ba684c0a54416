import type { InboundMessage } from '../message/inbound-message.js';
import type { Handling } from './handling.js';

/** Who a message reached: observers; nobody, and nobody waits for it; or nobody yet. */
export type DeliveryResult = 'delivered' | 'unwanted' | 'unobserved';

/** Gives a message to whoever observes its topic. Its own file, since the rooms that deliver need to know no more of this one. */
export interface Delivery {
  /**
   * Delivers to all observers.
   * @param handling gives the message's handling, for observers that are not done when they return; none for QoS 0.
   */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): DeliveryResult;
}
