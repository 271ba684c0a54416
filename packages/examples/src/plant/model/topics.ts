/** Where machines publish their telemetry. Observed as it stands: `line` and `machine` become the params of each message. */
export const TELEMETRY = 'plant/{line}/{machine}/telemetry';

/** Where one machine publishes its telemetry. */
export function telemetryTopic(line: string, machine: string): string {
  return `plant/${line}/${machine}/telemetry`;
}

/** Where the alarms of one machine go. */
export function alarmTopic(line: string, machine: string): string {
  return `plant/${line}/${machine}/alarm`;
}

/** Where the summary of a line stands, retained. */
export function summaryTopic(line: string): string {
  return `plant/${line}/summary`;
}
