/** What can go wrong with a machine. */
export type FaultKind = 'overheating' | 'shaking' | 'broken';

/** What goes wrong with one machine for a while. Times are milliseconds since the start of the simulation. */
export interface Fault {
  readonly kind: FaultKind;
  /** The index of the machine. */
  readonly machine: number;
  readonly from: number;
  readonly to: number;
}

/** They take turns, so that a short demonstration shows them all. */
const KINDS: readonly FaultKind[] = ['overheating', 'shaking', 'broken'];
/** By then the pipeline knows what is usual. */
const FIRST = 3_000;
const GAP = 1_800;

/** The faults to come, in order and without end. The first ones come soon enough for a short demonstration. */
export function* faultPlan(random: () => number, machines: number): Generator<Fault, never> {
  let from = FIRST;
  for (;;) {
    for (const kind of KINDS) {
      yield { kind, machine: Math.floor(random() * machines), from, to: from + 2_000 + 2_000 * random() };
      from += GAP * (0.75 + random() / 2);
    }
  }
}

/** The faults that are going on at a moment that only moves forward. */
export function ongoingFaults(plan: Iterator<Fault, never>): (now: number) => readonly Fault[] {
  let ongoing: readonly Fault[] = [];
  let coming = plan.next().value;
  return (now) => {
    for (; coming.from <= now; coming = plan.next().value) ongoing = [...ongoing, coming];
    ongoing = ongoing.filter(({ to }) => to > now);
    return ongoing;
  };
}
