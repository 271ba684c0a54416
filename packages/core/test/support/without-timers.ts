import { within } from './within.js';

/**
 * The value of what `action` starts, while no timer that is set meanwhile comes due: what needs none is over as soon as the
 * machine has done the work, and waits for nothing but the other side.
 */
export async function withoutTimers<T>(action: () => PromiseLike<T>, what: string): Promise<T> {
  const real = globalThis.setTimeout;
  const held: ReturnType<typeof setTimeout>[] = [];
  globalThis.setTimeout = ((callback: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
    if (delay <= 0) return real(callback, delay, ...args);
    // Never due, and taken back by whoever has set it, as any timer.
    const timer = real(() => undefined, 0x7fff_ffff);
    held.push(timer);
    return timer;
  }) as typeof setTimeout;
  try {
    const settled = action();
    return await within(settled, 2_000, `${what}, without a timer`);
  } finally {
    globalThis.setTimeout = real;
    for (const timer of held) clearTimeout(timer);
  }
}
