import type { Assessment } from './anomaly.js';
import type { Delivery, PlantEvent } from './events.js';
import type { Alarm } from './model/alarm.js';
import { Sequences } from './sequence.js';

/** How many of one kind were published, and what the broker said. */
export interface Published {
  readonly published: number;
  readonly acknowledged: number;
  readonly failed: number;
}

/** A machine that was heard of lately. */
export interface MachineRow {
  readonly assessment: Assessment;
  /** The temperatures of the last windows, oldest first. */
  readonly temperatures: readonly number[];
}

const NONE: Published = { published: 0, acknowledged: 0, failed: 0 };
/** How many machines and alarms are kept for show, and how many temperatures of each machine. */
const MACHINES = 1_000;
const ALARMS = 50;
const TEMPERATURES = 16;

/** Counts what happens in the pipeline, for whoever shows it. */
export class Tally {
  readonly sequences = new Sequences();
  /** Messages on telemetry topics, the invalid ones included. */
  received = 0;
  invalid = 0;
  /** Alarms that began. */
  raised = 0;
  alarms: Published = NONE;
  summaries: Published = NONE;
  /** The last alarms, newest first. */
  recent: readonly Alarm[] = [];
  readonly #machines = new Map<string, MachineRow>();

  /** Takes one event. */
  add(event: PlantEvent): void {
    switch (event.type) {
      case 'reading':
        this.received++;
        if (event.seq !== undefined) this.sequences.check(`${event.line}/${event.machine}`, event.seq);
        return;
      case 'invalid':
        this.received++;
        this.invalid++;
        return;
      case 'assessment':
        this.#assess(event);
        return;
      case 'delivery':
        this.#deliver(event);
        return;
    }
  }

  /** The machines heard of since a moment, by name; the others are forgotten. */
  machines(since: number): readonly MachineRow[] {
    for (const [name, { assessment }] of this.#machines)
      if (assessment.average.time < since) this.#machines.delete(name);
    return [...this.#machines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #assess(assessment: Assessment): void {
    const { average, alarms } = assessment;
    const name = `${average.line}/${average.machine}`;
    const known = this.#machines.get(name);
    if (known !== undefined || this.#machines.size < MACHINES) {
      const temperatures = [...(known?.temperatures ?? []), average.temperature].slice(-TEMPERATURES);
      this.#machines.set(name, { assessment, temperatures });
    }
    if (alarms.length === 0) return;
    this.raised += alarms.filter(({ status }) => status === 'raised').length;
    this.alarms = { ...this.alarms, published: this.alarms.published + alarms.length };
    this.recent = [...alarms].reverse().concat(this.recent).slice(0, ALARMS);
  }

  #deliver({ payload, error }: Delivery): void {
    const answer: keyof Published = error === undefined ? 'acknowledged' : 'failed';
    // Alarms count as published when they are found; summaries are seen here for the first time.
    if (payload.type === 'alarm') this.alarms = { ...this.alarms, [answer]: this.alarms[answer] + 1 };
    else
      this.summaries = {
        ...this.summaries,
        published: this.summaries.published + 1,
        [answer]: this.summaries[answer] + 1,
      };
  }
}
