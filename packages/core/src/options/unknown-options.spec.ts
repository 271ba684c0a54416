import { createConnection, unknownOptions } from '../index.js';
import { createTestBroker, createTestConnection } from '../testing/index.js';

describe('unknown options', () => {
  it('are none where all are known', () => {
    expect(unknownOptions({ a: 1 }, ['a', 'b'])).toEqual([]);
  });

  it('are told with where they stand, and what was probably meant', () => {
    expect(unknownOptions({ qoss: 1, colour: 2 }, ['qos', 'retain'], 'publish')).toEqual([
      { path: 'publish.qoss', reason: 'is not an option; did you mean qos?' },
      { path: 'publish.colour', reason: 'is not an option; known are qos, retain' },
    ]);
  });

  it('are not likened to what shares no more than a letter with them', () => {
    for (const name of ['foo', 'q'])
      expect(unknownOptions({ [name]: 1 }, ['qos'])).toMatchObject([{ reason: 'is not an option; known are qos' }]);
    for (const name of ['qoss', 'qs', 'QoS'])
      expect(unknownOptions({ [name]: 1 }, ['qos'])).toMatchObject([{ reason: 'is not an option; did you mean qos?' }]);
  });

  it('may be there without a value, as a spread of options has them', () => {
    expect(unknownOptions({ colour: undefined }, ['qos'])).toEqual([]);
    expect(unknownOptions({ colour: null }, ['qos'])).toHaveLength(1);
  });

  it('of a connection may be what others call theirs; of a subscription not', () => {
    expect(() => createConnection('mqtt://localhost', { cleanSession: true } as object)).toThrow(
      'did you mean session.clean?',
    );
    const { connection } = createTestConnection();
    expect(() => connection.subscribe('a', { clean: true } as object, () => undefined)).toThrow(
      /clean: is not an option; known are qos/,
    );
  });

  it('of a test broker are refused as well', () => {
    expect(() => createTestBroker({ receiveMaximun: 2 } as object)).toThrow('did you mean receiveMaximum?');
  });
});
