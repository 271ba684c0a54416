/** What is under way in either direction: what draining waits for, and what its report counts. */
export interface Unfinished {
  /** Messages on their way out that are not settled. */
  readonly unsettled: number;
  /** Messages received that are not acknowledged, or not handled where nothing is to be acknowledged. */
  readonly unacknowledged: number;
  /** Those of them that a listener has, or will have. */
  readonly atWork: number;
}
