/** What a machine says about itself. */
export type MachineState = 'running' | 'idle' | 'fault';

/** The payload of `plant/{line}/{machine}/telemetry`. */
export interface Telemetry {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Millimetres per second. */
  readonly vibration: number;
  readonly state: MachineState;
  /** Counts the messages of one machine, so that a receiver sees what is missing. Optional: people who publish by hand have none. */
  readonly seq: number | undefined;
}

/** Telemetry, and the machine that it came from. */
export interface Reading extends Telemetry {
  readonly type: 'reading';
  readonly line: string;
  readonly machine: string;
}

/** A message on a telemetry topic that is no telemetry. */
export interface Invalid {
  readonly type: 'invalid';
  readonly topic: string;
  readonly reason: string;
}

const STATES: readonly unknown[] = ['running', 'idle', 'fault'] satisfies readonly MachineState[];

/** Returns a decoded payload as telemetry, or throws a sentence that says what is wrong with it. */
export function validateTelemetry(value: unknown): Telemetry {
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  const { temperature, vibration, state, seq } = value as Partial<Record<keyof Telemetry, unknown>>;
  if (!isFinite(temperature)) throw new Error('temperature is not a number');
  if (!isFinite(vibration) || vibration < 0) throw new Error('vibration is not a number of 0 or more');
  if (!isState(state)) throw new Error('state is not one of running, idle, fault');
  if (seq !== undefined && !isCount(seq)) throw new Error('seq is not a whole number of 0 or more');
  return { temperature, vibration, state, seq };
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function isState(value: unknown): value is MachineState {
  return STATES.includes(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
