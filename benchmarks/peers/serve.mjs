import { createServer } from 'node:net';

/**
 * Serves scripted sessions on a free port of this machine and obeys the runner that has started this process:
 * `prepare` (what the next session is to do) and `report` (what the last one has done). A session reports by itself when it
 * has reached its total.
 *
 * Started by hand, `node benchmarks/peers/flood.mjs '{"port":2883,"total":1000000,"qos":1}'` serves the same total to everyone.
 * @param createSession makes `{ data(chunk), report() }` of a socket, an order and what to call when the total is reached.
 */
export function serve(createSession) {
  const options = JSON.parse(process.argv[2] ?? '{}');
  let order = options;
  let session;
  let cpuBefore = process.cpuUsage();

  const report = () => ({ ...session?.report(), cpuMicros: cpuMicrosSince(cpuBefore) });
  const send = (message) => {
    if (process.send !== undefined) process.send(message);
    else process.stdout.write(`${JSON.stringify(message)}\n`);
  };

  const server = createServer({ noDelay: true }, (socket) => {
    const mine = createSession(socket, order, () => {
      send({ type: 'reached', report: report() });
    });
    session = mine;
    socket.on('data', (chunk) => {
      mine.data(chunk);
    });
    // A contestant that is done, or killed at its deadline, may leave in the middle of anything.
    socket.on('error', () => {
      socket.destroy();
    });
  });

  server.listen(options.port ?? 0, '127.0.0.1', () => {
    send({ type: 'listening', port: server.address().port });
  });
  process.on('message', (message) => {
    if (message.type === 'prepare') {
      order = { ...options, ...message.order };
      session = undefined;
      cpuBefore = process.cpuUsage();
      send({ type: 'prepared' });
    } else if (message.type === 'report') {
      send({ type: 'report', report: report() });
    }
  });
  process.on('disconnect', () => {
    process.exit(0);
  });
}

function cpuMicrosSince(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
