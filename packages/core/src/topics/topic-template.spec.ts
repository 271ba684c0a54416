import fc from 'fast-check';
import { anyLevel } from '../../test/topics/arbitraries.js';
import { caught } from '../../test/topics/caught.js';
import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { matchTopic } from './match-topic.js';
import { parseTemplate } from './parse-template.js';
import type { TopicTemplate } from './topic-template.js';

type Values = Readonly<Record<string, string>>;

function parse(template: string): TopicTemplate<Values> {
  return parseTemplate(template);
}

describe('parseTemplate', () => {
  it.each([
    ['site/{site}/dev/{id}/temp', 'site/+/dev/+/temp', ['site', 'id']],
    ['{a}', '+', ['a']],
    ['{a#}', '#', ['a']],
    ['a/{b}/{c#}', 'a/+/#', ['b', 'c']],
    ['a/+/b', 'a/+/b', []],
    ['a/+/{b}/#', 'a/+/+/#', ['b']],
    ['a/{{b}}', 'a/{b}', []],
    ['{{/}}/x{{y', '{/}/x{y', []],
    ['$share/g/a/{id}', '$share/g/a/+', ['id']],
    ['{__proto__}/{constructor}', '+/+', ['__proto__', 'constructor']],
    ['{ a b }/{ü}', '+/+', [' a b ', 'ü']],
  ])('reads %j', (template, filter, params) => {
    expect(parse(template)).toMatchObject({ template, filter, params });
  });

  it.each([
    ['', 'is empty'],
    ['a/{b', 'has a single { within a level'],
    ['a/b}', 'has a single } within a level'],
    ['a/x{b}', 'has a single { within a level'],
    ['a/{b}x', 'has a single { within a level'],
    ['a/{b}{c}', 'has a single { within a level'],
    ['a/{{{b}}}', 'has a single { within a level'],
    ['a/{b/c}', 'has a single { within a level'],
    ['a/{}', 'has a parameter without a name'],
    ['a/{#}', 'has a parameter without a name'],
    ['a/{+b}', 'has a wildcard in the name'],
    ['a/{b##}', 'has a wildcard in the name'],
    ['{a}/{b}/{a}', 'has the parameter "a" twice'],
    ['{a}/{a#}', 'has the parameter "a" twice'],
    ['a/{b#}/c', 'makes the filter "a/#/c", which has # at index 2'],
    ['a/b#', 'makes the filter "a/b#", which has # at index 3'],
    ['$share/{g}/a', 'makes the filter "$share/+/a", which has a wildcard in its share group'],
    ['$share/{g}', 'makes the filter "$share/+", which is an incomplete shared subscription'],
    ['a\u0000', 'null character'],
    ['\ud800/{a}', 'half a surrogate pair'],
  ])('refuses %j', (template, reason) => {
    expect(caught(() => parse(template))).toMatchObject({
      kind: 'template',
      topic: template,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('refuses what is not text', () => {
    expect(() => parseTemplate(7 as unknown as string)).toThrow(InvalidTopicError);
  });
});

describe('TopicTemplate', () => {
  const level = anyLevel.filter((text) => text !== '');
  // The first level is fixed: a value may not begin a topic with `$`.
  const cases = fc
    .tuple(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), { maxLength: 5 }), fc.boolean())
    .chain(([names, isOpen]) =>
      fc.tuple(
        fc.constant(names),
        fc.constant(isOpen),
        fc.array(level, { minLength: names.length, maxLength: names.length }),
        fc.array(fc.oneof(level, fc.constant('')), { minLength: 1, maxLength: 3 }),
      ),
    )
    .map(([names, isOpen, levels, rest]) => {
      const values = Object.fromEntries(names.map((name, i) => [name, levels[i] as string]));
      const text = rest.join('/');
      if (isOpen) Object.defineProperty(values, 'rest', { value: text === '' ? 'x' : text, enumerable: true });
      return { template: ['t', ...names.map((name) => `{${name}}`), ...(isOpen ? ['{rest#}'] : [])].join('/'), values };
    });

  it('extracts what it built', () => {
    fc.assert(
      fc.property(cases, ({ template, values }) => {
        const parsed = parse(template);
        const topic = parsed.build(values);
        const found = parsed.extract(topic) as Values;
        expect(Object.entries(found).sort()).toEqual(Object.entries(values).sort());
        expect(matchTopic(parsed.filter, topic)).toBe(true);
        expect(parsed.buildFilter(values)).toBe(topic);
        expect(parsed.buildFilter({})).toBe(parsed.filter);
      }),
      { numRuns: 1_000 },
    );
  });

  describe('build', () => {
    it.each([
      ['devices/{id}/cmd', { id: 'é' }, 'devices/é/cmd'],
      ['devices/{id}/cmd', { id: '{id}' }, 'devices/{id}/cmd'],
      ['a/{rest#}', { rest: 'b/c' }, 'a/b/c'],
      ['a/{rest#}', { rest: '/etc' }, 'a//etc'],
      ['a/{{x}}/{id}', { id: '1', other: '+' }, 'a/{x}/1'],
      ['$share/g/{site}/x', { site: 's' }, 's/x'],
      ['a/{id}', { id: '$SYS' }, 'a/$SYS'],
      ['plain', {}, 'plain'],
    ])('of %j with %j is %j', (template, values, topic) => {
      expect(parse(template).build(values as unknown as Values)).toBe(topic);
    });

    it.each(['', '+', '#', 'a+b', 'a#', '/', 'a/b', 'a\u0000', '\ud800', null, undefined, 7, {}, ['a']])(
      'refuses %j for one level',
      (id) => {
        const act = () => parse('devices/{id}/cmd').build({ id } as unknown as Values);
        expect(caught(act)).toMatchObject({ kind: 'parameter', code: 'ERR_MQTT_INVALID_TOPIC' });
        expect(act).toThrow(/given for "id" of "devices\/\{id\}\/cmd"/);
      },
    );

    it.each(['', '+', 'a/#', 'a+b', 'a\u0000', '\ud800', undefined])('refuses %j for the rest', (rest) => {
      expect(caught(() => parse('a/{rest#}').build({ rest } as unknown as Values))).toMatchObject({
        kind: 'parameter',
      });
    });

    it.each(['{root}/x', '{root#}', '$share/g/{root}/x'])(
      'refuses a value that would begin the topic of %j with $',
      (template) => {
        for (const root of ['$share', '$SYS', '$']) {
          expect(caught(() => parse(template).build({ root }))).toMatchObject({ kind: 'parameter', topic: root });
          expect(() => parse(template).buildFilter({ root })).toThrow(InvalidTopicError);
        }
      },
    );

    it('says which value is missing', () => {
      expect(() => parse('a/{id}').build({})).toThrow('the topic parameter "id" is missing for the template "a/{id}"');
      expect(() => parse('a/{id}').build(undefined as unknown as Values)).toThrow(InvalidTopicError);
    });

    it('takes no inherited property for a value', () => {
      expect(() => parse('a/{toString}').build({})).toThrow(InvalidTopicError);
      expect(() => parse('a/{__proto__}').build({})).toThrow(InvalidTopicError);
      expect(() => parse('a/{id}').build(Object.create({ id: 'x' }) as Values)).toThrow(InvalidTopicError);
    });

    it('refuses a template with a wildcard that has no name', () => {
      for (const template of ['a/+/{id}', '{id}/#']) {
        expect(caught(() => parse(template).build({ id: '1' }))).toMatchObject({ kind: 'template' });
      }
    });

    it('refuses a topic that is too long', () => {
      expect(caught(() => parse('a/{id}').build({ id: 'x'.repeat(65_534) }))).toMatchObject({ kind: 'name' });
    });
  });

  describe('buildFilter', () => {
    it.each([
      ['site/{site}/dev/{id}/temp', { site: 's1' }, 'site/s1/dev/+/temp'],
      ['site/{site}/{rest#}', { site: 's1' }, 'site/s1/#'],
      ['site/{site}/{rest#}', { rest: 'a/b' }, 'site/+/a/b'],
      ['$share/g/{site}/#', { site: 's1' }, '$share/g/s1/#'],
      ['a/+/{id}', { id: '1' }, 'a/+/1'],
    ])('of %j with %j is %j', (template, values, filter) => {
      expect(parse(template).buildFilter(values as unknown as Values)).toBe(filter);
    });

    it.each(['#', '+', '', 'a/b', undefined, null])('refuses %j, which would widen the subscription', (id) => {
      expect(caught(() => parse('users/{id}/inbox').buildFilter({ id } as unknown as Values))).toMatchObject({
        kind: 'parameter',
      });
    });
  });

  describe('extract', () => {
    it.each([
      ['site/{site}/dev/{id}', 'site/s1/dev/7', { site: 's1', id: '7' }],
      ['a/+/{id}/#', 'a/x/1/y/z', { id: '1' }],
      ['a/{rest#}', 'a/b/c', { rest: 'b/c' }],
      ['a/{rest#}', 'a', { rest: '' }],
      ['a/{rest#}', 'a/', { rest: '' }],
      ['a/{id}', 'a/', { id: '' }],
      ['$share/g/a/{id}', 'a/1', { id: '1' }],
      ['{{x}}/{id}', '{x}/1', { id: '1' }],
      ['a', 'a', {}],
    ])('of %j from %j is %j', (template, topic, values) => {
      expect(parse(template).extract(topic)).toEqual(values);
    });

    it.each([
      ['a/{id}', 'a'],
      ['a/{id}', 'a/b/c'],
      ['a/{id}', 'b/c'],
      ['{root}/x', '$SYS/x'],
      ['{rest#}', '$SYS/x'],
      ['a/{id}', 'a/+'],
      ['a/{id}', 'a/\u0000'],
      ['$share/g/{id}', '$share/g/1'],
    ])('of %j from %j is nothing', (template, topic) => {
      expect(parse(template).extract(topic)).toBeUndefined();
    });

    it('gives __proto__ as a property of its own', () => {
      const params = parse('{__proto__}/{constructor}').extract('a/b') as Values;
      expect(Object.getOwnPropertyNames(params)).toEqual(['__proto__', 'constructor']);
      expect(Object.getOwnPropertyDescriptor(params, '__proto__')?.value).toBe('a');
      expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
    });
  });
});

describe('captures', () => {
  it.each([
    ['a/+/{x}/#', 'a/b/c/d/e', ['b', 'd/e']],
    ['a/{x}', 'a/b', []],
    ['+/{x}', '/b', ['']],
    ['a/{rest#}', 'a/b/c', []],
    ['$share/g/+/a', 'b/a', ['b']],
    ['a/+', 'a', undefined],
  ])('of %j in %j are what the wildcards without a name stand for', (template, topic, expected) => {
    expect(parse(template).captures(topic)).toEqual(expected);
  });
});
