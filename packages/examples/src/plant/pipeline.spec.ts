import { NEVER } from 'rxjs';
import { fakeMqtt, type Sent } from '../../test/support/fake-mqtt.js';
import { marbles } from '../../test/support/samples.js';
import type { PlantEvent } from './events.js';
import { type PipelineOptions, plantPipeline } from './pipeline.js';
import type { TelemetryMessage } from './read-telemetry.js';

const OPTIONS: PipelineOptions = {
  window: { time: 10, count: 3 },
  silence: 50,
  summaryEvery: 20,
  count: Infinity,
  stop$: NEVER,
};

function message(machine: string, payload: unknown): TelemetryMessage {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const params = { line: 'north', machine };
  return { topic: `plant/north/${machine}/telemetry`, payload: new TextEncoder().encode(text), params };
}

const MESSAGES: Readonly<Record<string, TelemetryMessage>> = {
  a: message('lathe', { temperature: 50, vibration: 2, state: 'running' }),
  h: message('lathe', { temperature: 120, vibration: 2, state: 'running' }),
  m: message('mill', { temperature: 60, vibration: 3, state: 'running' }),
  x: message('lathe', '{"temperature":'),
};

interface Played {
  readonly sent: readonly Sent[];
  readonly events: readonly PlantEvent['type'][];
  readonly end: 'none' | 'complete' | 'error';
}

/** What the pipeline does while these messages arrive. */
function play(telemetry: string, options: Partial<PipelineOptions> = {}, stop = '---'): Played {
  const events: PlantEvent['type'][] = [];
  let sent: readonly Sent[] = [];
  let end: Played['end'] = 'none';
  marbles(({ cold, flush }) => {
    const fake = fakeMqtt(cold(telemetry, MESSAGES));
    sent = fake.sent;
    plantPipeline(fake.mqtt, { ...OPTIONS, ...options, stop$: cold(stop) }).subscribe({
      next: ({ type }) => events.push(type),
      complete: () => (end = 'complete'),
      error: () => (end = 'error'),
    });
    flush();
  });
  return { sent, events, end };
}

const sentTo = (topic: string, payload: object, retain: boolean) => ({
  topic,
  payload: expect.objectContaining(payload) as unknown,
  retain,
});

describe('plantPipeline', () => {
  it('should publish alarms as they are found, and retained summaries', () => {
    const { sent } = play('hhh 17ms aaa 60ms |');
    expect(sent).toEqual([
      sentTo('plant/north/lathe/alarm', { status: 'raised', signal: 'temperature' }, false),
      sentTo('plant/north/lathe/alarm', { status: 'cleared', signal: 'temperature' }, false),
      sentTo('plant/north/summary', { readings: 6, temperature: 85, machines: 1 }, true),
    ]);
  });

  it('should keep machines apart, and lines together', () => {
    const { sent } = play('amamam 60ms |');
    expect(sent).toEqual([sentTo('plant/north/summary', { readings: 6, machines: 2, temperature: 55 }, true)]);
  });

  it('should emit everything that happens', () => {
    expect(play('h--x 60ms |').events).toEqual([
      'reading',
      'invalid',
      'assessment',
      'delivery',
      'delivery',
      'assessment',
      'delivery',
    ]);
  });

  it('should go on after bad payloads', () => {
    expect(play('xxxxxaaa 60ms |')).toMatchObject({ sent: [{ topic: 'plant/north/summary' }], end: 'complete' });
  });

  it('should forget a machine that falls silent, and let go of its alarm', () => {
    const { sent } = play('hhh 200ms |');
    expect(sent.map(({ payload }) => payload)).toContainEqual(expect.objectContaining({ status: 'unwatched' }));
  });

  it('should finish and publish what has arrived when it is stopped', () => {
    const { sent, end } = play('hh 200ms |', {}, '--x');
    expect(sent.map(({ topic }) => topic)).toEqual([
      'plant/north/lathe/alarm',
      'plant/north/lathe/alarm',
      'plant/north/summary',
    ]);
    expect(end).toBe('complete');
  });

  it('should stop after so many messages, the bad ones included', () => {
    const { events, end } = play('axaaaa 200ms |', { count: 3 });
    expect(events.filter((type) => type === 'reading' || type === 'invalid')).toHaveLength(3);
    expect(end).toBe('complete');
  });

  it('should end with an error when observing does', () => {
    expect(play('aa#').end).toBe('error');
  });
});
