import { InvalidTopicError } from './invalid-topic-error.js';
import { isMqttError, MqttError } from './mqtt-error.js';

describe('InvalidTopicError', () => {
  it('carries what a program and a person need', () => {
    const error = new InvalidTopicError('filter', 'a#', 'has # at index 1');
    expect(error).toBeInstanceOf(MqttError);
    expect(isMqttError(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'InvalidTopicError',
      code: 'ERR_MQTT_INVALID_TOPIC',
      retryable: false,
      kind: 'filter',
      topic: 'a#',
      reason: 'has # at index 1',
      message: 'the topic filter "a#" has # at index 1',
    });
  });

  it.each([
    ['name', 'the topic name "x" y'],
    ['filter', 'the topic filter "x" y'],
    ['template', 'the topic template "x" y'],
    ['parameter', 'the topic parameter "x" y'],
    ['group', 'the share group "x" y'],
  ] as const)('says what a %s is', (kind, message) => {
    expect(new InvalidTopicError(kind, 'x', 'y').message).toBe(message);
  });

  it('lets no topic forge a log line', () => {
    const { message, topic } = new InvalidTopicError('name', 'a\n\u001b[31mb\u202e"', 'is bad');
    expect(message).toBe('the topic name "a\\u000a\\u001b[31mb\\u202e\\u0022" is bad');
    expect(topic).toBe('a\n\u001b[31mb\u202e"');
  });

  it('shortens a long topic in its message', () => {
    const { message } = new InvalidTopicError('name', 'a'.repeat(70_000), 'is long');
    expect(message).toBe(`the topic name "${'a'.repeat(120)}…" is long`);
  });
});
