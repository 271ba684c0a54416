import type { OptionProblem } from '../errors/connection-errors.js';
import { isBytes } from '../internal/is-bytes.js';
import { isObject } from '../internal/is-object.js';
import { utf8Length } from '../internal/utf8.js';
import { unknownOptions } from './unknown-options.js';

/** Checks values and collects what is wrong with them, so that all of it can be told at once. */
export class OptionChecker {
  readonly problems: OptionProblem[] = [];

  /** A plain object. */
  object(path: string, value: unknown): value is object {
    if (isObject(value)) return true;
    this.problem(path === '' ? 'options' : path, 'must be an object');
    return false;
  }

  /** An object with no keys but the known ones, or nothing. */
  part<P extends object>(path: string, value: P | undefined, known: readonly (keyof P & string)[]): P | undefined {
    if (value === undefined || !this.object(path, value)) return undefined;
    this.keys(path, value, known);
    return value;
  }

  boolean(path: string, value: boolean | undefined, fallback: boolean): boolean {
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.problem(path, 'must be true or false');
    return fallback;
  }

  /** A function, or nothing. */
  function<F extends (...values: never[]) => unknown>(path: string, value: F | undefined): F | undefined {
    if (value === undefined || typeof value === 'function') return value;
    return this.problem(path, 'must be a function');
  }

  /** Text with something in it, or nothing. */
  name(path: string, value: string | undefined): string | undefined {
    if (value === undefined || (typeof value === 'string' && value !== '' && !value.includes('\0'))) return value;
    return this.problem(path, 'must be text, and not empty');
  }

  /** No keys but the known ones; a slip is answered with what was probably meant. */
  keys(path: string, value: object, known: readonly string[], meant?: Readonly<Record<string, string>>): void {
    this.problems.push(...unknownOptions(value, known, path, meant));
  }

  integer(path: string, value: number | undefined, fallback: number, min: number, max: number): number {
    const checked = this.number(path, value, fallback, min, max);
    if (Number.isInteger(checked) || checked === Infinity) return checked;
    this.problem(path, 'must be a whole number');
    return fallback;
  }

  number(path: string, value: number | undefined, fallback: number, min: number, max: number): number {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.problem(path, `must be a number from ${String(min)} to ${String(max)}`);
    return fallback;
  }

  /** One of some values, of which the first is the default. */
  oneOf<const V>(path: string, value: V | undefined, values: readonly [V, ...V[]]): V {
    if (value === undefined) return values[0];
    if (values.includes(value)) return value;
    this.problem(path, `must be one of ${values.map((each) => JSON.stringify(each)).join(', ')}`);
    return values[0];
  }

  /** Text that MQTT can carry. */
  text(path: string, value: unknown): void {
    if (typeof value !== 'string') this.problem(path, 'must be text');
    else if (value.includes('\0')) this.problem(path, 'must not contain NUL');
    else this.#length(path, utf8Length(value));
  }

  pairs(path: string, value: unknown): void {
    if (!Array.isArray(value)) {
      this.problem(path, 'must be a list of [name, value] pairs');
      return;
    }
    for (const [index, pair] of (value as unknown[]).entries()) {
      if (!Array.isArray(pair) || pair.length !== 2)
        this.problem(`${path}[${String(index)}]`, 'must be a [name, value] pair');
      else for (const text of pair as unknown[]) this.text(`${path}[${String(index)}]`, text);
    }
  }

  /** User name and password, or a function. The values never show. */
  credentials(path: string, value: unknown): void {
    if (value === undefined || typeof value === 'function' || !this.object(path, value)) return;
    this.keys(path, value, ['username', 'password']);
    const { username, password } = value as { username?: unknown; password?: unknown };
    if (username !== undefined) this.text(`${path}.username`, username);
    if (password === undefined) return;
    const length =
      typeof password === 'string' ? utf8Length(password) : isBytes(password) ? password.length : undefined;
    if (length === undefined) this.problem(`${path}.password`, 'must be text or a Uint8Array');
    else this.#length(`${path}.password`, length);
  }

  /** One more problem. Returns nothing, so that it can stand in for a value that could not be made. */
  problem(path: string, reason: string): undefined {
    this.problems.push({ path, reason });
  }

  /** That of UTF-8, which is below 0 for what is none. */
  #length(path: string, length: number): void {
    if (length < 0) this.problem(path, 'has a lone surrogate, which no UTF-8 text can carry');
    if (length > 0xffff) this.problem(path, 'has more than 65,535 bytes');
  }
}
