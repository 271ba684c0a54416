import { processEach } from '@rxmqtt/rx';
import { from, map, mergeMap } from 'rxjs';

const CONCURRENCY = 64;
const handle = async ({ topic }) => topic;

/** Handlers that are done in the same turn: 64 at a time, each message acknowledged when its handler is done. */
export const ours = () => processEach(handle, { concurrency: CONCURRENCY });

/** Without a policy for handlers that fail, or for what waits. */
export const twin = () =>
  mergeMap(
    (message) =>
      from(handle(message)).pipe(
        map((value) => {
          message.ack();
          return { status: 'processed', message, attempts: 1, value };
        }),
      ),
    CONCURRENCY,
  );

export const owed = true;

export const look = ({ status, message, attempts, value }) => [
  status,
  message.topic,
  message.awaitsAck,
  attempts,
  value,
];
