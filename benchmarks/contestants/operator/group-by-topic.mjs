import { groupByTopic } from '@rxmqtt/rx';
import { groupBy, map, mergeMap } from 'rxjs';

const read = mergeMap((group$) => group$.pipe(map(({ topic }) => [group$.key, topic])));

/** By the whole topic: 100 groups. */
export const ours = () => (messages$) => messages$.pipe(groupByTopic(), read);

/** Without a bound for the number of groups. */
export const twin = () => (messages$) =>
  messages$.pipe(
    groupBy(({ topic }) => topic),
    read,
  );
