import { publishTo } from '@rxmqtt/rx';
import { map, mergeMap, pipe } from 'rxjs';
import { AcceptingConnection } from '../../roles/accepting-connection.mjs';

const WINDOW = 64;
const CAPACITY = 1_000;

const toInput = map(({ topic, payload }) => ({ topic, payload }));

/** 64 messages at a time; the others wait, as copies, which whoever has sent them cannot change any more. */
export const ours = () =>
  pipe(toInput, publishTo({ connection: new AcceptingConnection() }, { qos: 1, window: WINDOW, capacity: CAPACITY }));

/**
 * The result of each message is awaited, as every client for MQTT has it. Without a bound for what waits or a copy of it, a
 * status for what fails, or an order among the statuses.
 */
export const twin = () => {
  const connection = new AcceptingConnection();
  return pipe(
    toInput,
    mergeMap(
      (input, index) =>
        connection
          .publish(input.topic, input.payload, { qos: 1 })
          .then((result) => ({ status: 'published', index, input, result })),
      WINDOW,
    ),
  );
};

export const look = ({ status, index, input: { topic }, result: { qos } }) => [status, index, topic, qos];
