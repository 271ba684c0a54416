import { connect as connectMqtt, publishTo } from '@rxmqtt/rx';
import { Subject } from 'rxjs';

/** The operator `publishTo()` of @rxmqtt/rx. */
export async function connect({ url, qos, protocolVersion, window, capacity }, tally) {
  const mqtt = connectMqtt(url, { protocolVersion, publish: { window, capacity, maxBytes: 256 << 20 } });
  await mqtt.connection.open();
  const inputs$ = new Subject();
  inputs$.pipe(publishTo(mqtt, { qos, window, capacity })).subscribe((status) => {
    tally.settle(status.error);
  });
  return (topic, payload) => {
    inputs$.next({ topic, payload });
  };
}
