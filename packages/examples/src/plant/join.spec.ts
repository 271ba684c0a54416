import { joinCommands, withoutPassword } from './join.js';

describe('joinCommands', () => {
  it('should name host and port', () => {
    expect(joinCommands('mqtt://127.0.0.1:40001')).toEqual([
      `mosquitto_sub -h 127.0.0.1 -p 40001 -v -t 'plant/+/+/alarm' -t 'plant/+/summary'`,
      `mosquitto_pub -h 127.0.0.1 -p 40001 -q 1 -t plant/visitors/kettle/telemetry -m '{"temperature":120,"vibration":2.5,"state":"running"}'`,
    ]);
  });

  it.each([
    ['mqtt://broker', '-h broker -p 1883 -v'],
    ['tcp://broker', '-h broker -p 1883 -v'],
    ['mqtts://broker', '-h broker -p 8883 --tls-use-os-certs -v'],
    ['mqtt://[::1]:1884', '-h ::1 -p 1884 -v'],
    ["mqtt://o'neil:secret@broker", `-h broker -p 1883 -u 'o'\\''neil' -P "$PASSWORD" -v`],
  ])('should do for %s', (url, command) => {
    expect(joinCommands(url)[0]).toContain(command);
    expect(joinCommands(url).join()).not.toContain('secret');
  });

  it('should have no commands for WebSocket', () => {
    expect(joinCommands('ws://broker:8080')).toEqual([]);
  });
});

describe('withoutPassword', () => {
  it('should leave the password out', () => {
    expect(withoutPassword('mqtt://ann:secret@broker:1884')).toBe('mqtt://ann@broker:1884');
  });
});
