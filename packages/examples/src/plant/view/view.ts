import type { ConnectionEvent, PlantEvent } from '../events.js';

/** Shows what happens. */
export interface View {
  /** A line that stays, such as how to join. */
  note(text: string): void;
  /** Something has happened; the tally has it already. */
  show(event: PlantEvent | ConnectionEvent): void;
  /** Leaves the terminal as it was found. What is noted afterwards stands below. */
  close(): void;
}
