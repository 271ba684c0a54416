/** What a simulated machine is like while nothing is wrong with it. */
export interface Machine {
  readonly line: string;
  readonly name: string;
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Millimetres per second. */
  readonly vibration: number;
}

const LINES: Readonly<Record<string, readonly [name: string, temperature: number, vibration: number][]>> = {
  casting: [
    ['furnace-1', 74, 1.4],
    ['furnace-2', 76, 1.5],
    ['press-1', 62, 4.2],
    ['press-2', 60, 4.6],
  ],
  milling: [
    ['lathe-1', 48, 3.1],
    ['lathe-2', 47, 2.9],
    ['mill-1', 52, 5.2],
    ['mill-2', 53, 5.0],
  ],
  packing: [
    ['robot-1', 38, 1.1],
    ['robot-2', 39, 1.2],
    ['belt-1', 31, 2.2],
    ['belt-2', 32, 2.4],
  ],
};

/** The machines of the simulated plant, line by line. */
export const MACHINES: readonly Machine[] = Object.entries(LINES).flatMap(([line, machines]) =>
  machines.map(([name, temperature, vibration]) => ({ line, name, temperature, vibration })),
);
