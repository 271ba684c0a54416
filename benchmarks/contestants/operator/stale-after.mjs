import { staleAfter } from '@rxmqtt/rx';
import { distinctUntilKeyChanged, groupBy, map, mergeMap, startWith, switchMap, timer } from 'rxjs';

const SILENCE_MS = 60_000;

/** What it costs to watch topics that all speak. */
export const ours = () => staleAfter(SILENCE_MS);

export const twin = () => (messages$) =>
  messages$.pipe(
    groupBy(({ topic }) => topic),
    mergeMap((group$) =>
      group$.pipe(
        switchMap((message) => {
          const tell = (status) => ({ status, topic: message.topic, message });
          return timer(SILENCE_MS).pipe(
            map(() => tell('stale')),
            startWith(tell('fresh')),
          );
        }),
        distinctUntilKeyChanged('status'),
      ),
    ),
  );

/** Each of the 100 topics, once. */
export const emits = (count) => Math.min(count, 100);

export const look = ({ status, topic }) => [status, topic];
