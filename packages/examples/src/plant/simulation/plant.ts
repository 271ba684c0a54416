import type { Telemetry } from '../model/telemetry.js';
import { telemetryTopic } from '../model/topics.js';
import { type Fault, faultPlan, ongoingFaults } from './faults.js';
import { type Machine, MACHINES } from './machines.js';
import { noise, seededRandom } from './random.js';

/** One message of the simulated plant, ready to be published. */
export interface SimulatedMessage {
  readonly topic: string;
  readonly payload: string;
}

/** How often a machine sends garbage instead of telemetry: once in so many messages. */
const GARBAGE_EVERY = 400;

/** The plant: called with the milliseconds since its start, which only grow, it says what every machine publishes then. */
export function simulatedPlant(seed: number): (now: number) => SimulatedMessage[] {
  const random = seededRandom(seed);
  const ongoing = ongoingFaults(faultPlan(seededRandom(seed + 1), MACHINES.length));
  let round = 0;

  return (now) => {
    const seq = round++;
    const faults = ongoing(now);
    const messages = MACHINES.map((machine, index) => ({
      topic: telemetryTopic(machine.line, machine.name),
      payload: JSON.stringify(
        telemetryOf(
          machine,
          faults.find((fault) => fault.machine === index),
          now,
          seq,
          random,
        ),
      ),
    }));
    return random() < MACHINES.length / GARBAGE_EVERY ? [...messages, garbage(random)] : messages;
  };
}

function telemetryOf(
  machine: Machine,
  fault: Fault | undefined,
  now: number,
  seq: number,
  random: () => number,
): Telemetry {
  // It warms up within a second.
  const heat = fault?.kind === 'overheating' ? 40 * Math.min(1, (now - fault.from) / 1_000) : 0;
  const shaking = fault?.kind === 'shaking' ? 5 : 0;
  const wave = Math.sin(now / 5_000 + machine.temperature);
  return {
    temperature: round(machine.temperature + wave + noise(random) + heat, 2),
    vibration: round(Math.max(0, machine.vibration + 0.2 * noise(random) + shaking), 3),
    state: fault?.kind === 'broken' ? 'fault' : 'running',
    seq,
  };
}

/** A message that was cut off. It takes no number of its own, so that it is no gap. */
function garbage(random: () => number): SimulatedMessage {
  const { line, name } = MACHINES[Math.floor(random() * MACHINES.length)] as Machine;
  return { topic: telemetryTopic(line, name), payload: '{"temperature":' };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
