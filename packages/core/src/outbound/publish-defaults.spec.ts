import fc from 'fast-check';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import { createTestConnection } from '../testing/index.js';
import { bySpecificity, PublishDefaults } from './publish-defaults.js';
import type { PublishOptions, TopicDefaults } from './publish-options.js';

type Defaults = Readonly<Record<string, TopicDefaults>>;

const apply = (defaults: Defaults, topic: string, options?: PublishOptions) =>
  new PublishDefaults(defaults).apply(topic, options);

describe('publish defaults', () => {
  it('hold for topics that match their filter, and for no others', () => {
    const defaults = new PublishDefaults({ 'plant/#': { qos: 1, retain: true } });

    expect(defaults.apply('plant/7/temp')).toEqual({ qos: 1, retain: true });
    expect(defaults.apply('plant')).toEqual({ qos: 1, retain: true });
    expect(defaults.apply('planet')).toEqual({});
  });

  it('hold for no topic that begins with $ when the filter begins with a wildcard', () => {
    expect(apply({ '#': { qos: 1 } }, '$SYS/x')).toEqual({});
  });

  it.each([
    ['a text beats +', { 'a/+': { qos: 1 }, 'a/b': { qos: 2 } }, 2],
    ['+ beats #', { 'a/#': { qos: 1 }, 'a/+': { qos: 2 } }, 2],
    ['the first level in which they differ decides', { '+/b/c': { qos: 1 }, 'a/#': { qos: 2 } }, 2],
    ['the topic itself beats what is below it', { 'a/b': { qos: 2 }, 'a/b/#': { qos: 1 } }, 2],
    ['the order in which they are written does not matter', { 'a/b': { qos: 2 }, '#': { qos: 1 } }, 2],
    ['an explicit 0 counts', { '#': { qos: 2 }, 'a/b': { qos: 0 } }, 0],
    ['an undefined does not', { '#': { qos: 2 }, 'a/b': { qos: undefined } }, 2],
  ])('of several filters: %s', (_, defaults, qos) => {
    const topic = 'a/b/c' in defaults || '+/b/c' in defaults ? 'a/b/c' : 'a/b';

    expect(apply(defaults as Defaults, topic)).toEqual({ qos });
  });

  it('come field by field, each from the most specific filter that has it', () => {
    const defaults: Defaults = { '#': { qos: 1, offline: 'error' }, 'a/#': { retain: true }, 'a/b': { qos: 2 } };

    expect(apply(defaults, 'a/b')).toEqual({ qos: 2, retain: true, offline: 'error' });
    expect(apply(defaults, 'a/c')).toEqual({ qos: 1, retain: true, offline: 'error' });
    expect(apply(defaults, 'b')).toEqual({ qos: 1, offline: 'error' });
  });

  it.each([
    [{ qos: 0 }, { qos: 0, retain: true }],
    [{ retain: false }, { qos: 1, retain: false }],
    [
      { qos: undefined, retain: undefined },
      { qos: 1, retain: true },
    ],
    [{ timeout: 5 }, { qos: 1, retain: true, timeout: 5 }],
  ])('give way to what a message says: %j', (options, expected) => {
    expect(apply({ a: { qos: 1, retain: true } }, 'a', options as PublishOptions)).toEqual(expected);
  });

  it('take properties one by one', () => {
    const defaults: Defaults = {
      '#': { properties: { contentType: 'text/plain', messageExpiryInterval: 60 } },
      a: { properties: { contentType: 'application/json' } },
    };

    expect(apply(defaults, 'a', { properties: { payloadFormatIndicator: 1 } })).toEqual({
      properties: { contentType: 'application/json', messageExpiryInterval: 60, payloadFormatIndicator: 1 },
    });
  });

  it('change with nothing that the caller changes later', () => {
    const given = { a: { qos: 1 as const, retain: true } };
    const defaults = new PublishDefaults(given);
    given.a.retain = false;

    expect(defaults.apply('a')).toEqual({ qos: 1, retain: true });
    expect(defaults.apply('a')).toEqual({ qos: 1, retain: true });
  });

  it.each([
    [7, {}],
    ['a', null],
    ['a', 'x'],
  ])('leave %p with %p to whoever checks it', (topic, options) => {
    expect(apply({ '#': { qos: 1 } }, topic as string, options as PublishOptions)).toBe(options);
  });

  it('are ordered the same whatever the order of writing', () => {
    const level = fc.constantFrom('a', 'b', '+');
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, open]) => levels.join('/') + (open ? '/#' : ''));
    fc.assert(
      fc.property(
        fc.uniqueArray(filter, { maxLength: 8 }),
        fc.constantFrom('a', 'a/b', 'b/a/a', 'a/b/b/a'),
        (filters, topic) => {
          const values = (order: readonly string[]): Defaults =>
            Object.fromEntries(order.map((each) => [each, { timeout: filters.indexOf(each) }]));
          expect(apply(values([...filters].reverse()), topic)).toEqual(apply(values(filters), topic));
        },
      ),
    );
  });

  it('know a most specific of any two different filters', () => {
    const filters = ['#', '+/#', '+', '+/a', 'a/#', 'a', 'a/+/#', 'a/+', 'a/+/b', 'a/b/#', 'a/b', 'a/b/c'];
    for (const [i, less] of filters.entries()) {
      for (const more of filters.slice(i + 1))
        expect([less, more, Math.sign(bySpecificity(less, more))]).toEqual([less, more, -1]);
    }
  });
});

describe('the option publishDefaults', () => {
  it('holds for what a connection publishes', () => {
    const test = createTestConnection({ publishDefaults: { '#': { qos: 1 }, 'a/#': { retain: true } } });
    test.connection.open().catch(() => {});
    test.wire.connack();

    test.connection.publish('a/b', '1');
    test.connection.publish('a/b', '2', { qos: 0, retain: false });
    test.connection.publish('b', '3');

    expect(test.wire.sent).toMatchObject([
      { payload: '1', qos: 1, retain: true },
      { payload: '2', qos: 0, retain: false },
      { payload: '3', qos: 1, retain: false },
    ]);
  });

  it('leaves bad arguments to be an outcome', () => {
    const test = createTestConnection({ publishDefaults: { '#': { qos: 1 } } });

    expect(test.connection.publish('a/#', '').outcome).toMatchObject({ status: 'failed' });
    expect(test.connection.publish(7 as unknown as string, '').outcome).toMatchObject({ status: 'failed' });
    expect(test.connection.publish('a', '', null as unknown as PublishOptions).outcome).toMatchObject({
      status: 'failed',
    });
  });

  it.each([
    ['publishDefaults', 7],
    ['publishDefaults', []],
    ['publishDefaults["a/#/b"]', { 'a/#/b': { qos: 1 } }],
    ['publishDefaults[""]', { '': { qos: 1 } }],
    ['publishDefaults["$share/g/a"]', { '$share/g/a': { qos: 1 } }],
    ['publishDefaults["a"]', { a: 1 }],
    ['publishDefaults["a"].qos', { a: { qos: 3 } }],
    ['publishDefaults["a"].retain', { a: { retain: 1 } }],
    ['publishDefaults["a"].properties.contentType', { a: { properties: { contentType: 1 } } }],
    ['publishDefaults["a"].Retain', { a: { Retain: true } }],
    ['publishDefaults["a"].signal', { a: { signal: AbortSignal.abort() } }],
  ])('is refused for %s: %j', (path, publishDefaults) => {
    let error: unknown;
    try {
      createTestConnection({ publishDefaults } as object);
    } catch (caught) {
      error = caught;
    }

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as InvalidOptionsError).problems.map((each) => each.path)).toContain(path);
  });
});

describe('what a topic is published with by default', () => {
  it('is what the options of the connection say for it', () => {
    const { connection } = createTestConnection({
      publish: { offline: 'drop', overflow: 'latest' },
      publishDefaults: { 'a/#': { qos: 1, offline: 'queue' } },
    });
    expect(connection.publishDefaults('a/b')).toEqual({ qos: 1, offline: 'queue', overflow: 'latest' });
    expect(connection.publishDefaults('b')).toEqual({ offline: 'drop', overflow: 'latest' });
    expect(createTestConnection().connection.publishDefaults('b')).toEqual({ offline: 'queue', overflow: 'error' });
  });
});

describe('the problems of defaults', () => {
  it('are told all at once, without a message that was never published', () => {
    const publishDefaults = { a: { qos: 3, retain: 1, properties: { contenttype: 'x' } } } as unknown as Defaults;
    let problems: unknown;
    try {
      createTestConnection({ publishDefaults });
    } catch (error) {
      ({ problems } = error as InvalidOptionsError);
    }
    expect(problems).toEqual([
      { path: 'publishDefaults["a"].qos', reason: 'must be one of 0, 1, 2' },
      { path: 'publishDefaults["a"].retain', reason: 'must be true or false' },
      {
        path: 'publishDefaults["a"].properties.contenttype',
        reason: 'is not a property of a published message; did you mean contentType?',
      },
    ]);
  });
});
