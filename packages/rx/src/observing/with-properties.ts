/** Set on messages of which a copy, with the same prototype and fields, is as good as the original. */
export const COPYABLE: unique symbol = Symbol('rxmqtt.copyable');

/**
 * The same message with more properties, with its getters and methods. A copy where that does; of a message that knows more
 * than its fields (private ones, a stand-in of another operator) a stand-in, which asks the original.
 */
export function withProperties<M extends object, P extends object>(message: M, more: P): Omit<M, keyof P> & P {
  // Defined before they are assigned: the message may have a getter of that name.
  const copy = Object.create(
    Object.getPrototypeOf(message) as object,
    Object.getOwnPropertyDescriptors(more),
  ) as object;
  const result = Object.assign(copy, message, more);
  if (!('ack' in message) || (message as { readonly [COPYABLE]?: true })[COPYABLE]) return result;
  return new Proxy(result, {
    get: (_, name) => {
      const value: unknown = Reflect.get(name in more ? more : message, name);
      return typeof value === 'function' ? (value.bind(message) as unknown) : value;
    },
  });
}
