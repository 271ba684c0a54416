/** What makes more of a message that a copy cannot stand for. */
export const EXTEND: unique symbol = Symbol();

/** A message that knows more than its fields say, such as a stand-in of an operator. */
interface Extendable<M> {
  readonly [EXTEND]?: <P extends object>(more: P) => Omit<M, keyof P> & P;
}

/** The same message with more properties: a copy with its getters and methods, unless the message says otherwise. */
export function withProperties<M extends object, P extends object>(message: M, more: P): Omit<M, keyof P> & P {
  return (message as Extendable<M>)[EXTEND]?.(more) ?? copyWith(message, more);
}

/** A copy, whatever the message says. */
export function copyWith<M extends object, P extends object>(message: M, more: P): Omit<M, keyof P> & P {
  // Defined before they are assigned: the message may have a getter of that name.
  const copy = Object.create(
    Object.getPrototypeOf(message) as object,
    Object.getOwnPropertyDescriptors(more),
  ) as object;
  return Object.assign(copy, message, more);
}
