import { routeTopics } from '@rxmqtt/rx';
import { connect, filter, map, merge } from 'rxjs';

const tell =
  (kind) =>
  ({ captures }) =>
    `${kind} of ${captures.join(' ')}`;
const [temperature, humidity, door] = ['temperature', 'humidity', 'door'].map(tell);

/** Three of the four kinds have a handler, which looks at what the wildcards stand for. */
export const ours = () =>
  routeTopics({
    'site/+/+/temperature': temperature,
    'site/+/+/humidity': humidity,
    'site/+/+/door': door,
  });

/** A chain of filters for each: all of them ask every message. */
export const twin = () => {
  const route = (pattern, handle) => (messages$) =>
    messages$.pipe(
      map((message) => {
        const match = pattern.exec(message.topic);
        return match && { message, captures: match.slice(1) };
      }),
      filter(Boolean),
      map(handle),
    );
  return connect((messages$) =>
    merge(
      messages$.pipe(route(/^site\/([^/]+)\/([^/]+)\/temperature$/, temperature)),
      messages$.pipe(route(/^site\/([^/]+)\/([^/]+)\/humidity$/, humidity)),
      messages$.pipe(route(/^site\/([^/]+)\/([^/]+)\/door$/, door)),
    ),
  );
};

export const emits = (count) => Math.floor(count / 4) * 3 + Math.min(count % 4, 3);

export const look = (told) => told;
