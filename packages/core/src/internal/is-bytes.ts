/** Whether a value is a Uint8Array, also one of another realm (a frame, a worker, a test's sandbox). */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}
