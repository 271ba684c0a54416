import { ordinaryWords, withoutAddresses } from './safe-words.js';

/** How much of a foreign error is shown. */
interface Policy {
  clean(message: string): string;
  /** Whether a field is a fact about the failure, and holds no secret. */
  isSafe(name: string, value: unknown): boolean;
}

const DEEPEST = 8;
const NOT_AN_ERROR = 'something that is no Error was thrown';
const CODE = /^(?:E[A-Z\d_]{2,60}|[a-z]{1,20})$/;
/** What the operating system says: a code, its meaning, a call, and perhaps a file or an address. */
const SYSTEM = /^(?:E[A-Z]+: [a-z ]+, [a-z]+(?: '[^']+')?|[a-z]+ E[A-Z]+ [\w.:-]+)$/;
const NUMBERS: readonly string[] = ['code', 'errno', 'port', 'status', 'statusCode'];

const originals = new WeakMap<object, unknown>();

/**
 * The cause of an error that came out of code that handles secrets (a credentials function, a signer, a plugin), as it may be
 * shown: a stand-in with the name, the codes and the stack, whose message keeps ordinary words only. Whatever else it may
 * hold, such as a token, a URL or the request that failed, is left behind. What needs no hiding stays as it is.
 *
 * The original is kept for programs, out of reach of everything that prints: see {@link originalCause}.
 */
export function hideSecrets(cause: unknown): unknown {
  return conceal(cause, strict, DEEPEST);
}

const strict: Policy = {
  clean: (message) => (SYSTEM.test(message) ? withoutAddresses(message) : ordinaryWords(message)),
  isSafe: (name, value) =>
    typeof value === 'number'
      ? NUMBERS.includes(name)
      : ((name === 'code' || name === 'syscall') && CODE.test(String(value))) ||
        (name === 'path' && /^[\w./@-]+$/.test(String(value))),
};

/**
 * The same for an error of a socket, whose words can be trusted, but for the URLs in them (which keep scheme and host) and
 * for what is known to be secret.
 */
export function hideAddresses(cause: unknown, secrets: readonly string[] = []): unknown {
  const clean = (message: string): string =>
    secrets.reduce(
      (text, secret) => (secret.length < 4 ? text : text.replaceAll(secret, '***')),
      withoutAddresses(message),
    );
  const isSafe = (name: string, value: unknown): boolean =>
    typeof value === 'string' ? clean(value) === value : typeof value !== 'object' || name === 'cert';
  return conceal(cause, { clean, isSafe }, DEEPEST);
}

/**
 * What a function of the user threw, where the `cause` of an error is only a stand-in that hides what might be secret; any
 * other value is given back. For programs that decide by it: it may hold secrets, so do not print it.
 *
 * @example
 * ```ts
 * reconnect: { shouldRetry: (error) => !(originalCause(error.cause) instanceof AccountClosed) }
 * ```
 */
export function originalCause(cause: unknown): unknown {
  return isObject(cause) && originals.has(cause) ? originals.get(cause) : cause;
}

function conceal(cause: unknown, policy: Policy, depth: number): unknown {
  if (!isObject(cause)) return typeof cause === 'string' ? policy.clean(cause) : cause;
  if (depth === 0) return undefined;
  const { message, name, stack, cause: inner, errors } = readError(cause);
  const shown = policy.clean(message);
  const innerShown = conceal(inner, policy, depth - 1);
  const parts = errors?.map((each) => conceal(each, policy, depth - 1));
  const fields = isError(cause)
    ? (Object.entries(cause) as [string, unknown][]).filter(([field]) => field !== 'name')
    : undefined;
  const isHarmless =
    fields?.every(([field, value]) => value === undefined || policy.isSafe(field, value)) === true &&
    shown === message &&
    (cause as Error).name === name &&
    innerShown === inner &&
    parts?.every((part, index) => part === errors?.[index]) !== false;
  if (isHarmless) return cause;
  const standIn = new Error(shown, inner === undefined ? undefined : { cause: innerShown });
  const hidden: Readonly<Record<string, unknown>> = {
    name,
    stack: [`${name}: ${shown}`, ...framesOf(stack, message)].join('\n'),
    ...(parts === undefined ? {} : { errors: parts }),
  };
  for (const [key, value] of Object.entries(hidden))
    Object.defineProperty(standIn, key, { value, configurable: true, writable: true });
  for (const [field, value] of fields ?? [])
    if (policy.isSafe(field, value)) Object.assign(standIn, { [field]: value });
  originals.set(standIn, cause);
  return standIn;
}

interface ReadError {
  readonly message: string;
  readonly name: string;
  readonly stack: string;
  readonly cause: unknown;
  readonly errors: readonly unknown[] | undefined;
}

/** Getters of a foreign error may throw. */
function readError(error: object): ReadError {
  try {
    const { message, name, stack, cause, errors } = error as Partial<ReadError>;
    return {
      message: typeof message === 'string' ? message : NOT_AN_ERROR,
      name: typeof name === 'string' && /^[A-Za-z]{1,40}$/.test(name) ? name : 'Error',
      stack: typeof stack === 'string' ? stack : '',
      cause,
      errors: Array.isArray(errors) ? (errors as readonly unknown[]) : undefined,
    };
  } catch {
    return { message: NOT_AN_ERROR, name: 'Error', stack: '', cause: undefined, errors: undefined };
  }
}

/** Where it was thrown: the lines behind the message, which may have several lines itself. */
function framesOf(stack: string, message: string): string[] {
  const start = message === '' ? 0 : stack.indexOf(message) + message.length;
  return stack
    .slice(start)
    .split('\n')
    .filter(
      (line) =>
        /^\s+at /.test(line) && withoutAddresses(line.replaceAll('file://', '')) === line.replaceAll('file://', ''),
    );
}

/** Also one of another realm, such as those of Node itself inside of a test runner. */
function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
