/** What a peer is told when it is started; by hand: `node benchmarks/peers/flood.mjs '{"port":2883,"total":1000000,"qos":1}'`. */
export const options = JSON.parse(process.argv[2] ?? '{}');

/**
 * Obeys the runner that has started this process: `prepare` (what the next session is to do) and `report` (what the last one has
 * done), with the CPU time that this process has used since it was prepared.
 * @param peer `prepare(order)`, which may give a promise, and `report()`.
 * @returns how to tell the runner that the peer is `listening(port)`, and that a session has `reached()` its total.
 */
export function obey(peer) {
  let cpuBefore = process.cpuUsage();
  const report = () => ({ ...peer.report(), cpuMicros: cpuMicrosSince(cpuBefore) });
  const send = (message) => {
    if (process.send !== undefined) process.send(message);
    else process.stdout.write(`${JSON.stringify(message)}\n`);
  };

  process.on('message', (message) => {
    if (message.type === 'prepare') {
      void Promise.resolve(peer.prepare({ ...options, ...message.order })).then(() => {
        cpuBefore = process.cpuUsage();
        send({ type: 'prepared' });
      });
    } else if (message.type === 'report') {
      send({ type: 'report', report: report() });
    }
  });
  process.on('disconnect', () => {
    process.exit(0);
  });
  return {
    listening: (port) => {
      send({ type: 'listening', port });
    },
    reached: () => {
      send({ type: 'reached', report: report() });
    },
  };
}

function cpuMicrosSince(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
