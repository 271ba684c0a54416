import { decode, json } from '@rxmqtt/rx';
import { filter, map } from 'rxjs';

/** Messages with the value in them. */
export const ours = () => decode(json());

/** Values beside their messages. What does not decode is left out. */
export const twin = () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (messages$) =>
    messages$.pipe(
      map((message) => {
        try {
          return { message, value: JSON.parse(decoder.decode(message.payload)) };
        } catch {
          message.ack();
          return undefined;
        }
      }),
      filter((decoded) => decoded !== undefined),
    );
};

export const look = ({ topic, message, value }) => ({ topic: topic ?? message.topic, value });
