import { isTopicName } from '@rxmqtt/core';
import fc from 'fast-check';
import { replyTopicGuard } from './received-request.js';

describe('the guard of reply topics', () => {
  it.each([
    ['a/b', true],
    ['/', true],
    ['a/$b', true],
    ['', false],
    ['#', false],
    ['a/#', false],
    ['+', false],
    ['a/+/b', false],
    ['$SYS/broker', false],
    ['$share/g/a', false],
    ['$', false],
    ['a\0b', false],
  ])('lets %j through: %p', (topic, isServed) => {
    expect(replyTopicGuard(undefined)(topic)).toBe(isServed);
  });

  it.each([
    ['replies/+', 'replies/7', true],
    ['replies/+', 'replies/7/8', false],
    ['replies/+', 'plant/1/stop', false],
    ['replies/+', 'replies/+', false],
    ['#', 'a/b', true],
    ['#', '$SYS/a', false],
    ['$mine/#', '$mine/a', true],
  ])('with the list %j lets %j through: %p', (allow, topic, isServed) => {
    expect(replyTopicGuard(allow)(topic)).toBe(isServed);
    expect(replyTopicGuard(['never/matches', allow])(topic)).toBe(isServed);
  });

  it('with an empty list serves nobody', () => {
    expect(replyTopicGuard([])('a')).toBe(false);
  });

  it('never lets through what could not be published to', () => {
    const topic = fc.string({ unit: fc.constantFrom('a', '/', '+', '#', '$', '\0', '\ud800') });
    fc.assert(
      fc.property(topic, fc.constantFrom(undefined, '#', '+/+', '$a/#'), (each, allow) => {
        if (replyTopicGuard(allow)(each)) expect(isTopicName(each)).toBe(true);
      }),
    );
  });
});
