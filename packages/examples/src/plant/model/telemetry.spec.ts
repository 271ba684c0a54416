import { validateTelemetry } from './telemetry.js';

const GOOD = { temperature: 71.5, vibration: 2.1, state: 'running', seq: 7 };

describe('validateTelemetry', () => {
  it('should return telemetry', () => {
    expect(validateTelemetry(GOOD)).toEqual(GOOD);
  });

  it('should leave out what it does not know', () => {
    expect(validateTelemetry({ ...GOOD, colour: 'red' })).toEqual(GOOD);
  });

  it('should accept telemetry without a number', () => {
    expect(validateTelemetry({ temperature: -3, vibration: 0, state: 'idle' }).seq).toBeUndefined();
  });

  it.each([
    ['not an object', null],
    ['not an object', 21.5],
    ['temperature', [71.5]],
    ['temperature', { ...GOOD, temperature: '71.5' }],
    ['temperature', { ...GOOD, temperature: NaN }],
    ['vibration', { ...GOOD, vibration: -1 }],
    ['vibration', { ...GOOD, vibration: Infinity }],
    ['state', { ...GOOD, state: 'RUNNING' }],
    ['state', { ...GOOD, state: undefined }],
    ['seq', { ...GOOD, seq: -1 }],
    ['seq', { ...GOOD, seq: 1.5 }],
    ['seq', { ...GOOD, seq: null }],
  ])('should name what is wrong: %s', (problem, value) => {
    expect(() => validateTelemetry(value)).toThrow(problem);
  });
});
