import { type OperatorFunction, of } from 'rxjs';
import { watch } from '../../test/operators/marbles.js';
import { decode, dedupe, matchTopic, routeTopics, text } from '../index.js';
import { type TestMessage, createTestMessage } from './index.js';

describe('a test message', () => {
  it('is as observe would emit it', () => {
    const message = createTestMessage('plant/{line}/temp', 'plant/7/temp', { payload: '21.5', value: 21.5, qos: 1 });

    expect(message).toMatchObject({
      template: 'plant/{line}/temp',
      topic: 'plant/7/temp',
      params: { line: '7' },
      value: 21.5,
      qos: 1,
      retain: false,
      dup: false,
      redelivered: false,
      properties: {},
      awaitsAck: true,
    });
    expect(new TextDecoder().decode(message.payload)).toBe('21.5');
  });

  it('has what the wildcards of a filter stand for', () => {
    expect(createTestMessage('a/+/#', 'a/b/c/d').captures).toEqual(['b', 'c/d']);
  });

  it('has its bytes as its value, unless it is told another', () => {
    const message = createTestMessage('a', 'a', { payload: 'x' });

    expect(message.value).toBe(message.payload);
    expect(createTestMessage('a', 'a', { payload: 'x', value: undefined }).value).toBeUndefined();
  });

  it.each([
    ['ack', undefined, 0],
    ['nack', undefined, 0x80],
    ['nack', 0x99, 0x99],
  ] as const)('keeps the first answer: %s(%p)', (name, code, expected) => {
    const message = createTestMessage('a', 'a', { qos: 1 });

    if (name === 'ack') message.ack();
    else message.nack(code);
    message.nack(0x97);

    expect([message.acknowledged, message.awaitsAck]).toEqual([expected, false]);
  });

  it.each<readonly [string, OperatorFunction<TestMessage<string, Uint8Array>, TestMessage<string, Uint8Array>>]>([
    ['matchTopic', matchTopic('a/+') as never],
    ['routeTopics', routeTopics({ '{x}/b': (message) => message }) as never],
    ['decode', decode(text()) as never],
    ['dedupe', dedupe({ key: ({ topic }) => topic })],
  ])('behind %s it is still the same: what is acknowledged there is acknowledged here', (_name, operator) => {
    const message = createTestMessage('a/+', 'a/b', { qos: 1, payload: 'x' });
    const [copy] = watch(of(message).pipe(operator)).values;

    expect([copy?.awaitsAck, message.acknowledged]).toEqual([true, undefined]);
    copy?.nack(0x99);

    expect([copy?.awaitsAck, message.awaitsAck, message.acknowledged]).toEqual([false, false, 0x99]);
  });

  it('tells a copy, too, how it was acknowledged', () => {
    const message = createTestMessage('a/+', 'a/b', { qos: 1 });
    const [copy] = watch(of(message).pipe(matchTopic('a/+'))).values;
    message.ack();

    expect(copy).toMatchObject({ acknowledged: 0, awaitsAck: false });
  });

  it('awaits nothing with QoS 0', () => {
    expect(createTestMessage('a', 'a').awaitsAck).toBe(false);
  });

  it('is refused when its topic is not one of the template', () => {
    expect(() => createTestMessage('a/{b}', 'c')).toThrow(RangeError);
  });
});
