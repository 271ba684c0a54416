import { sampleByTopic } from '@rxmqtt/rx';
import { auditTime, groupBy, mergeMap } from 'rxjs';

const PERIOD_MS = 60_000;

/** What it costs to keep the latest of each topic; the period is longer than the measurement. */
export const ours = () => sampleByTopic(PERIOD_MS);

export const twin = () => (messages$) =>
  messages$.pipe(
    groupBy(({ topic }) => topic),
    mergeMap((group$) => group$.pipe(auditTime(PERIOD_MS))),
  );

export const emits = () => 0;
