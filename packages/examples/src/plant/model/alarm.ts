/** What can be out of order. */
export type Signal = 'temperature' | 'vibration' | 'state';

/** The payload of `plant/{line}/{machine}/alarm`. */
export interface Alarm {
  readonly type: 'alarm';
  readonly line: string;
  readonly machine: string;
  readonly signal: Signal;
  /** `unwatched`: the machine fell silent, or the pipeline stopped, before things were in order again. */
  readonly status: 'raised' | 'cleared' | 'unwatched';
  /** A sentence for people. */
  readonly text: string;
  /** ISO 8601. */
  readonly time: string;
}
