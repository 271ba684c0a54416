import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A value that does not satisfy a schema. It is the `cause` of a DecodeError. */
export class SchemaError extends Error {
  /** What is wrong, as the schema says it: a `message` each and the `path` to the part it is about. */
  readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(issues: readonly StandardSchemaV1.Issue[]) {
    super(issues.map(describe).join('; '));
    this.name = 'SchemaError';
    this.issues = issues;
  }
}

function describe({ path = [], message }: StandardSchemaV1.Issue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}
