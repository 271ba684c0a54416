import { parseTemplate } from '@rxmqtt/core';
import type { Mqtt } from '@rxmqtt/rx';

/**
 * Fulfils when the broker has granted a template that is being observed; what is published from then on arrives. Joins the
 * subscription that is there, and leaves it at once.
 * @throws SubscribeRejectedError or ClosedError, as the observer gets it too.
 */
export async function granted(mqtt: Mqtt, template: string): Promise<void> {
  const subscription = mqtt.connection.subscribe(parseTemplate(template).filter, { qos: 1 }, () => undefined);
  await subscription.ready;
  await subscription.unsubscribe();
}
