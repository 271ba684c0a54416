import { patient } from './within.js';

/** What an event may take on a calm machine. */
const USUAL = 4_000;

/** Milliseconds after which a `Watch` gives up, unless it is told otherwise. */
export const WATCH_LIMIT = patient(USUAL);

/** Lets tests wait for a condition over something that reports its changes. */
export class Watch {
  readonly #checks = new Set<() => void>();
  readonly #describe: () => string;

  /** `describe` tells, in the error of a missed deadline, what was there instead. */
  constructor(describe: () => string = () => '') {
    this.#describe = describe;
  }

  /** Something changed: every waiting condition is looked at again. */
  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Fulfils as soon as the condition holds. `usual` is what that may take on a calm machine. */
  until(condition: () => boolean, what: string, usual = USUAL): Promise<void> {
    if (condition()) return Promise.resolve();
    const deadline = patient(usual);
    const place = new Error(`not within ${String(deadline)} ms: ${what}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#checks.delete(check);
        place.message += `\n${this.#describe()}`;
        reject(place);
      }, deadline);
      const check = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
    });
  }
}
