import type { Published, Tally } from '../tally.js';

/** How many machines are named that were out of order. */
const NAMED = 5;

/** The closing summary. Its first line is for programs too: numbers with their names, in a fixed order. */
export function totals(tally: Tally): string[] {
  const { received, invalid, sequences, alarms, summaries } = tally;
  const disorderly = sequences.disorderly;
  return [
    `telemetry ${received} received, ${invalid} invalid, ` +
      `${sequences.missing} missing, ${sequences.repeated} repeated, ` +
      `alarms ${answered(alarms)}, summaries ${answered(summaries)}`,
    ...disorderly
      .slice(0, NAMED)
      .map(([machine, { missing, repeated }]) => `order: ${machine} ${missing} missing, ${repeated} repeated`),
    ...(disorderly.length > NAMED ? [`order: and ${disorderly.length - NAMED} more machines`] : []),
  ];
}

function answered({ published, acknowledged, failed }: Published): string {
  const text = `${published} published, ${acknowledged} acknowledged`;
  return failed === 0 ? text : `${text}, ${failed} failed`;
}
