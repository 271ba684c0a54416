import { fromEvent, merge, type Observable, share, skip } from 'rxjs';

/** The exit code of a process that Ctrl+C has ended. */
const INTERRUPTED = 130;

/**
 * Emits when the process is asked to stop; asked again, it ends at once. The listeners stay for good: restore-cursor, which is
 * part of log-update, kills the process in the middle of a signal when it finds that nobody else listens.
 */
export function interruptions(): Observable<unknown> {
  const signals$ = merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM')).pipe(share());
  signals$.pipe(skip(1)).subscribe(() => process.exit(INTERRUPTED));
  return signals$;
}
