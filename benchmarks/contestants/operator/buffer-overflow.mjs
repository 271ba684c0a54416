import { bufferOverflow } from '@rxmqtt/rx';
import { concatMap } from 'rxjs';

const work = async ({ topic }) => topic;

/** Work that is done in the same turn, one after another; 1,000 messages may wait. */
export const ours = () => bufferOverflow({ capacity: 1_000, overflow: 'dropOldest' }, work);

/** Without a bound for what waits. */
export const twin = () => concatMap(work);
