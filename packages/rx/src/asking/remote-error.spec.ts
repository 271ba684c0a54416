import { MqttError, isMqttError } from '@rxmqtt/core';
import { NoResponderError, RemoteError } from './remote-error.js';

describe('RemoteError', () => {
  it('is an error of this library, with what crosses', () => {
    const error = new RemoteError('NOT_FOUND', 'no such machine', 'a/b');

    expect(error).toBeInstanceOf(MqttError);
    expect(isMqttError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'RemoteError',
      code: 'ERR_MQTT_REMOTE',
      retryable: false,
      remoteCode: 'NOT_FOUND',
      remoteMessage: 'no such machine',
      message: 'the responder on "a/b" answered with NOT_FOUND: no such machine',
    });
  });

  it('says less where less is known', () => {
    expect(new RemoteError('BUSY', '').message).toBe('BUSY');
    expect(new RemoteError('BUSY', 'later').message).toBe('BUSY: later');
  });

  it('lets strangers write no lines into a log, and no books', () => {
    const { remoteMessage, message } = new RemoteError('X', `a\u0000b\r\n\u001b[31mc\u2028${'x'.repeat(5_000)}`);

    expect(remoteMessage).toMatch(/^a b {3}\[31mc x+$/);
    expect(message.length).toBeLessThan(1_100);
  });
});

describe('NoResponderError', () => {
  it('may pass by itself', () => {
    expect(new NoResponderError('a')).toMatchObject({
      code: 'ERR_MQTT_NO_RESPONDER',
      retryable: true,
      topic: 'a',
      name: 'NoResponderError',
    });
  });
});
