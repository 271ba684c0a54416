/** Milliseconds for sockets to close on a busy machine; used up only when something is left. */
const GRACE = 5_000;
const cleanups: (() => void | PromiseLike<void>)[] = [];

/** Runs after the test, last one first, whether the test passed or not. */
export function cleanup(action: () => void | PromiseLike<void>): void {
  cleanups.push(action);
}

/**
 * After each test of the file everything is closed, and no socket and no timer may be left. (Uncaught exceptions and
 * unhandled rejections fail the test by themselves: jest-circus listens for both.)
 */
export function leavesNothingBehind(): void {
  let before: Census;
  beforeEach(() => {
    before = census();
  });
  afterEach(async () => {
    await runCleanups();
    const deadline = performance.now() + GRACE;
    while (surplus(before) !== '' && performance.now() < deadline) await pause();
    expect(surplus(before)).toBe('');
  });
}

async function runCleanups(): Promise<void> {
  const failures: unknown[] = [];
  for (let action = cleanups.pop(); action !== undefined; action = cleanups.pop()) {
    try {
      await action();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

type Census = ReadonlyMap<string, number>;

const WATCHED = ['TCPSocketWrap', 'TLSWrap', 'TCPServerWrap', 'TCPConnectWrap', 'Timeout'];

function census(): Census {
  const counts = new Map<string, number>();
  for (const resource of process.getActiveResourcesInfo()) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  return counts;
}

/** What there is now and was not before, in words. */
function surplus(before: Census): string {
  const now = census();
  return WATCHED.map((kind) => ({ kind, more: (now.get(kind) ?? 0) - (before.get(kind) ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ kind, more }) => `${String(more)} more ${kind}`)
    .join(', ');
}

// setImmediate, since a timer of our own would be counted.
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
