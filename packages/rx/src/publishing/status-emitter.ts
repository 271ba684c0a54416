import type { Subscriber } from 'rxjs';
import type { PublishErrorPolicy, PublishInput, PublishStatus } from './publish-to-options.js';

/** Hands statuses on, and does with failures what the options say. */
export function statusEmitter<I>(
  subscriber: Subscriber<PublishStatus<I>>,
  onError: PublishErrorPolicy<PublishInput<never>> | PublishErrorPolicy<I> = 'status',
): (status: PublishStatus<I>) => void {
  // An input is what the options were written for, and perhaps more.
  const policy = onError as PublishErrorPolicy<I>;
  return (status) => {
    if (status.status === 'failed' && policy !== 'status') {
      if (policy === 'error') {
        subscriber.error(status.error);
        return;
      }
      try {
        policy(status);
      } catch (error) {
        subscriber.error(error);
        return;
      }
    }
    subscriber.next(status);
  };
}
