import { createServer } from 'node:net';
import { obey, options } from './obey.mjs';

/**
 * Serves scripted sessions on a free port of this machine, as the runner orders. A session reports by itself when it has reached
 * its total. Started by hand it serves the same total to everyone.
 * @param createSession makes `{ data(chunk), report() }` of a socket, an order and what to call when the total is reached.
 */
export function serve(createSession) {
  let order = options;
  let session;
  const runner = obey({
    prepare: (next) => {
      order = next;
      session = undefined;
    },
    report: () => session?.report(),
  });

  const server = createServer({ noDelay: true }, (socket) => {
    const mine = createSession(socket, order, runner.reached);
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
    runner.listening(server.address().port);
  });
}
