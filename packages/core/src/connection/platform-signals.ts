import type { PauseReason } from '../options/reconnect-options.js';

/** What the platform tells about whether connecting makes sense. */
export interface PlatformSignals {
  /** Whether this is so now. */
  is(reason: PauseReason): boolean;
  /** Calls back whenever the answer may have changed; the function returned ends that. */
  watch(changed: () => void): () => void;
}

interface Browser {
  readonly navigator?: { readonly onLine?: boolean };
  readonly document?: EventTarget & { readonly visibilityState?: string };
  addEventListener?: EventTarget['addEventListener'];
  removeEventListener?: EventTarget['removeEventListener'];
}

/** The signals of a browser's window or worker; in Node, which has none, `undefined`. */
export function browserSignals(browser: Browser = globalThis): PlatformSignals | undefined {
  const { navigator, document } = browser;
  if (navigator?.onLine === undefined || browser.addEventListener === undefined) return undefined;
  return {
    is: (reason) => (reason === 'offline' ? !(navigator.onLine ?? true) : document?.visibilityState === 'hidden'),
    watch(changed) {
      browser.addEventListener?.('online', changed);
      document?.addEventListener('visibilitychange', changed);
      return () => {
        browser.removeEventListener?.('online', changed);
        document?.removeEventListener('visibilitychange', changed);
      };
    },
  };
}
