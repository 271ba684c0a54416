/** The same message with more properties: a copy with its getters and methods. */
export function withProperties<M extends object, P extends object>(message: M, more: P): Omit<M, keyof P> & P {
  // Defined before they are assigned: the message may have a getter of that name.
  const copy = Object.create(Object.getPrototypeOf(message) as object, Object.getOwnPropertyDescriptors(more)) as object;
  return Object.assign(copy, message, more);
}
