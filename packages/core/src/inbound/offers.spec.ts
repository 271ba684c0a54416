import { createTestConnection } from '../testing/create-test-connection.js';

describe('a message that every observer leaves', () => {
  it('is offered a few times only, so that a pipeline that fails on it and subscribes again comes to an end', () => {
    const test = createTestConnection();
    void test.connection.open();
    test.wire.connack();
    let taken = 0;
    const observe = (): void => {
      const subscription = test.connection.subscribe('a', { qos: 1, ack: 'manual' }, () => {
        if (++taken > 100) throw new Error('offered without end');
        void subscription.unsubscribe();
        observe();
      });
    };
    observe();
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(5_000);
    expect(taken).toBe(4);
  });
});
