import { createConnection } from '@rxmqtt/core';

/** Subscriptions of @rxmqtt/core, all of the same filter or each with one of its own. */
export async function prepare({ url, count, own }) {
  const connection = createConnection(url);
  await connection.open();
  const listener = () => undefined;
  const kept = [];
  const observe = async (many, prefix) => {
    const filterOf = (index) => (own ? `plant/${prefix}/machine${index}/+` : 'plant/+/temperature');
    for (let index = 0; index < many; index++) kept.push(connection.subscribe(filterOf(index), {}, listener));
    // Granted after all of them.
    await connection.subscribe(`plant/${prefix}/last`, {}, listener).ready;
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
