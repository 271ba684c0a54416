import mqtt from 'mqtt';
import { filter as passing, publish, refCount, Subject, Subscription, using } from 'rxjs';

/**
 * How `observe()` of ngx-mqtt 17 works, in words of our own and without Angular: whatever comes goes through Subjects that
 * everybody shares, and each filter that is observed is an Observable that asks of every message whether it matches. Who observes
 * first subscribes at the broker, who leaves last unsubscribes.
 */
export function receive({ url, filter, qos, protocolVersion }, tally) {
  const service = createService(mqtt.connect(url, { protocolVersion }));
  service.observe(filter, { qos }).subscribe((message) => {
    tally.take(message.topic.length + message.payload.length);
  });
}

function createService(client) {
  const messages$ = new Subject();
  const packets = { message: new Subject(), packetsend: new Subject(), packetreceive: new Subject() };
  const observables = new Map();

  client.on('message', (topic, payload, packet) => {
    packets.message.next(packet);
    messages$.next(packet);
  });
  for (const event of ['packetsend', 'packetreceive']) client.on(event, (packet) => packets[event].next(packet));

  const subscribe = (filter, options) => {
    client.subscribe(filter, options);
    return new Subscription(() => {
      observables.delete(filter);
      client.unsubscribe(filter);
    });
  };
  return {
    observe(filter, options) {
      if (!observables.has(filter)) {
        const all$ = using(
          () => subscribe(filter, options),
          () => messages$,
        );
        observables.set(
          filter,
          all$.pipe(
            passing(({ topic }) => matches(filter, topic)),
            publish(),
            refCount(),
          ),
        );
      }
      return observables.get(filter);
    },
  };
}

/** Splits both of them for every message, and compares from the first level on. */
function matches(filter, topic) {
  if (filter[0] === '#' && topic[0] === '$') return false;
  const wanted = filter.split('/').reverse();
  const levels = topic.split('/').reverse();
  for (;;) {
    const want = wanted.pop();
    const level = levels.pop();
    if (want === '#') return true;
    if (want === '+' ? !level : want !== level) return false;
    if (want === undefined) return true;
  }
}
