import { connect } from '@rxmqtt/rx';

/** `observe()` of @rxmqtt/rx, subscribed to, all of the same filter or each with one of its own. */
export async function prepare({ url, count, own }) {
  const mqtt = connect(url);
  await mqtt.connection.open();
  const listener = () => undefined;
  const kept = [];
  const observe = async (many, prefix) => {
    const filterOf = (index) => (own ? `plant/${prefix}/machine${index}/+` : 'plant/+/temperature');
    for (let index = 0; index < many; index++) kept.push(mqtt.observe(filterOf(index)).subscribe(listener));
    // Granted after all of them.
    await mqtt.connection.subscribe(`plant/${prefix}/last`, {}, listener).ready;
  };
  return {
    count,
    warmUp: () => observe(500, 'warm'),
    run: async () => {
      await observe(count, 'line');
      return { succeeded: kept.length - 500, expected: count };
    },
  };
}
