import { retryBackoff } from '@rxmqtt/rx';
import { retry, timer } from 'rxjs';

/** What it costs while nothing fails. */
export const ours = () => retryBackoff();

export const twin = () =>
  retry({ delay: (error, count) => timer(Math.min(30_000, 250 * 2 ** (count - 1)) * Math.random()) });
