import { InvalidOptionsError } from '@rxmqtt/core';
import { connect } from './connect.js';

describe('connect', () => {
  it('does nothing yet', () => {
    const credentials = jest.fn();
    const mqtt = connect('mqtt://broker.invalid', { credentials });

    void mqtt.observe('a');
    void mqtt.publish('a', '');
    const stop = [
      mqtt.state$.subscribe(),
      mqtt.connected$.subscribe(),
      mqtt.errors$.subscribe(),
      mqtt.drops$.subscribe(),
    ];

    expect(mqtt.connection.state.type).toBe('idle');
    expect(credentials).not.toHaveBeenCalled();
    for (const each of stop) each.unsubscribe();
  });

  it.each(['observing', 'publishing'])('opens at the first %s, once', async (use) => {
    // Never answers, but gives up with the attempt: no socket is opened.
    const credentials = jest.fn(
      ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    );
    const mqtt = connect('mqtt://broker.invalid', { credentials });

    for (let i = 0; i < 3; i++) {
      if (use === 'observing') mqtt.observe('a').subscribe();
      else mqtt.publish('a', '').subscribe({ error: () => undefined });
    }

    expect(mqtt.connection.state).toEqual({ type: 'connecting', attempt: 1 });
    expect(credentials).toHaveBeenCalledTimes(1);
    await mqtt.close();
    await expect(mqtt.closed).resolves.toEqual({ type: 'closed', by: 'user', cause: undefined });
  });

  it.each([
    ['no URL', ''],
    ['no scheme', 'localhost'],
    ['another scheme', 'https://localhost'],
    ['a path where there is none', 'mqtt://localhost/x'],
  ])('refuses %s at once', (_, url) => {
    expect(() => connect(url)).toThrow(InvalidOptionsError);
  });

  it('refuses wrong options at once, all of them, and does not repeat the password', () => {
    let error: unknown;
    try {
      connect('mqtt://user:secret@localhost:0', { keepalive: -1, receiveMaximum: 0 });
    } catch (caught) {
      error = caught;
    }

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_INVALID_OPTIONS',
      message: expect.not.stringContaining('secret'),
      problems: expect.arrayContaining([
        expect.objectContaining({ path: 'url' }),
        expect.objectContaining({ path: 'keepalive' }),
        expect.objectContaining({ path: 'receiveMaximum' }),
      ]),
    });
  });
});
