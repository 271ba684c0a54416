import { InvalidOptionsError, type OptionProblem, isTopicName } from '@rxmqtt/core';

/** The longest that timers can wait, in milliseconds. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/** Collects what is wrong with options, so that all of it can be told at once. */
export class OptionsCheck {
  readonly #problems: OptionProblem[] = [];

  /** An object with no keys but the known ones. */
  keys(path: string, options: unknown, known: readonly string[]): void {
    if (typeof options !== 'object' || options === null) {
      this.problem(path === '' ? 'options' : path, 'must be an object');
      return;
    }
    for (const key of Object.keys(options)) {
      if (!known.includes(key))
        this.problem(path === '' ? key : `${path}.${key}`, `is not an option; known are ${known.join(', ')}`);
    }
  }

  /** A whole number above 0, or Infinity. */
  count(path: string, value: unknown): void {
    if (value === Infinity || (Number.isInteger(value) && (value as number) > 0)) return;
    this.problem(path, 'must be a whole number above 0');
  }

  number(path: string, value: unknown, min: number, max: number): void {
    if (typeof value === 'number' && value >= min && value <= max) return;
    this.problem(path, `must be a number from ${String(min)} to ${String(max)}`);
  }

  oneOf(path: string, value: unknown, values: readonly string[]): void {
    if (!values.includes(value as string)) this.problem(path, `must be one of ${values.join(', ')}`);
  }

  topicName(path: string, value: unknown): void {
    if (typeof value !== 'string' || !isTopicName(value)) this.problem(path, 'must be a topic name, without wildcards');
  }

  optionalFunction(path: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'function') this.problem(path, 'must be a function');
  }

  problem(path: string, reason: string): void {
    this.#problems.push({ path, reason });
  }

  /** Throws InvalidOptionsError if there is any problem. */
  done(): void {
    if (this.#problems.length > 0) throw new InvalidOptionsError(this.#problems);
  }
}
