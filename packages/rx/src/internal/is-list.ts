/** `Array.isArray`, which does not know of lists that are read only. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
