import { matchTopic } from '@rxmqtt/rx';
import { filter, map } from 'rxjs';

const PATTERN = /^site\/([^/]+)\/([^/]+)\/temperature$/;

/** The temperatures: messages with what the wildcards stand for. */
export const ours = () => matchTopic('site/+/+/temperature');

/** What the wildcards stand for beside the message. */
export const twin = () => (messages$) =>
  messages$.pipe(
    map((message) => {
      const match = PATTERN.exec(message.topic);
      return match && { message, captures: match.slice(1) };
    }),
    filter(Boolean),
  );

/** One kind of four. */
export const emits = (count) => Math.ceil(count / 4);

export const look = ({ topic, message, captures }) => ({ topic: topic ?? message.topic, captures });
