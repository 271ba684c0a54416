import { Stopwatch } from './stopwatch.mjs';

const filterOf = (index) => `plant/line${index % 100}/machine${index}/+`;

/** What the peer publishes to when all filters are there: it comes to the last one. */
export const doneTopicOf = (filters) => `plant/line${(filters - 1) % 100}/machine${filters - 1}/done`;

/**
 * Measures many observers, each with a filter of its own: until all are subscribed, until they are again after the connection was
 * cut, and until all have left.
 */
export async function measure({ connect }, { url, filters }, link) {
  let connected = () => undefined;
  let done = () => undefined;
  const doneTopic = doneTopicOf(filters);
  const client = await connect(url, {
    connected: () => {
      connected();
    },
    message: (topic) => {
      if (topic === doneTopic) done();
    },
  });
  const told = (hook) => new Promise((resolve) => hook(resolve));
  const cpu = new Stopwatch();
  cpu.start();

  const subscribed = told((resolve) => (done = resolve));
  const subscribe = await timed(async () => {
    for (let index = 0; index < filters; index++) client.observe(filterOf(index));
    await subscribed;
  });
  const reconnected = told((resolve) => (connected = resolve));
  const again = told((resolve) => (done = resolve));
  const first = await link.report();
  await reconnected;
  const resubscribe = await timed(() => again);
  const second = await link.report();
  const leave = await timed(async () => {
    client.leave();
    await link.reached;
  });
  const third = await link.report();
  cpu.stop();

  const packets = first.packets + second.packets + third.packets;
  return {
    value: ((subscribe + resubscribe + leave) * 1_000) / filters,
    cpuMicros: cpu.cpuMicros / filters,
    ...{ subscribe, resubscribe, leave, packets },
    succeeded: second.here - third.here,
    expected: filters,
    seconds: cpu.seconds(),
    flaws: first.here === filters ? [] : [`the peer counted ${first.here} of ${filters} filters`],
  };
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
